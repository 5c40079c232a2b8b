"""Fields that hold a code of a closed set; the OpenAPI file has the set as an enumeration with a name."""

from typing import Any

from rest_framework import serializers

from api.vocabularies import vocabulary


class CodeShape(serializers.CharField):
    """A code as it is answered. `codes`: a vocabulary, or an enumeration of the product.

    `allow_blank`: an empty text where there is none.
    """

    def __init__(self, codes: Any, **named: Any) -> None:
        self.vocabulary = vocabulary(codes)
        super().__init__(**named)


class CodeRequest(serializers.ChoiceField):
    """A code as it is asked for: one of the set, or refused."""

    def __init__(self, codes: Any, **named: Any) -> None:
        self.vocabulary = vocabulary(codes)
        super().__init__(choices=list(self.vocabulary.words.items()), **named)
