"""Members of answers in the API file: codes are enumerations, what is always there is required."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.v1.docs import document

IN_WORDS = frozenset(
    (
        # names and words of people
        *(
            "name",
            "surname",
            "display",
            "device",
            "team",
            "contact",
            "handed_over_by",
            "caption",
            "bed",
            "lot",
        ),
        *("note", "text", "why", "plan", "medicines", "appointments", "red_flags", "should_know", "typed"),
        *("history", "treatment_so_far", "hbv_dna", "antiviral_drug", "drugs_and_herbs", "other_diseases"),
        *("medication", "allergies", "infection", "cultures", "imaging", "family_informed", "closed_reason"),
        # words of the product in the reader's language
        *(
            "label",
            "state_label",
            "category_label",
            "origin_label",
            "title",
            "body",
            "detail",
            "message",
            "help",
        ),
        *("notice", "model_notice", "meaning", "what", "question", "answer", "last_error", "reason_text"),
        *("immune_caution", "citation", "equation", "summary", "end_point", "intended", "derivation"),
        *("baseline_note", "certainty_label", "evidence_level_label", "therapy_class_label"),
        # of the evidence library, whose files may say more than the product has words for
        *(
            "therapy",
            "therapy_class",
            "mechanism",
            "study",
            "participants",
            "design",
            "population",
            "outcome",
        ),
        *("registry_number", "reference", "source", "evidence_level"),
        # numbers, addresses and secrets
        *("number", "number_ending", "local_number", "national_id", "phone", "email", "address", "url"),
        *(
            "token",
            "session_token",
            "refresh_token",
            "device_token",
            "secret",
            "next",
            "key",
            "checksum",
            "model_checksum",
        ),
        *("snomed", "cutout", "value", "field", "score", "model", "unit", "typed_unit"),
        # of the library of sign-in, which may have more
        *("param", "method", "provider", "uid"),
    )
)
"""Names of members that are text. What is one of a closed set is an enumeration instead: `CodeShape`."""
ELSEWHERE = {
    *("CodeWords.code", "SignInErrorRow.code", "SignInFlow.id", "Reach.id"),
    "StayGroup.code",  # of three sets, by what is counted together
    *("Evidence.certainty", "Ground.reason", "ChecklistItem.reason"),
}
PLAIN = {"format", "enum", "const", "pattern", "$ref", "oneOf", "anyOf"}


def shapes() -> Mapping[str, Any]:
    """What is answered, by name; what is sent is called a request or a change."""
    schemas = document()["components"]["schemas"]
    return {name: one for name, one in schemas.items() if not name.endswith(("Request", "Change"))}


def texts() -> Iterator[tuple[str, str]]:
    """Every member of an answer that may be any text: the name of its shape, and its own."""
    for name, shape in {**shapes(), "Change": document()["components"]["schemas"]["Change"]}.items():
        for member, schema in shape.get("properties", {}).items():
            kinds = schema.get("type", ())
            if "string" in ([kinds] if isinstance(kinds, str) else kinds) and not PLAIN & set(schema):
                yield name, member


def test_a_text_of_an_answer_is_a_code_of_a_set_or_one_of_those_in_words() -> None:
    codes = [
        f"{shape}.{member}"
        for shape, member in texts()
        if member not in IN_WORDS and f"{shape}.{member}" not in ELSEWHERE
    ]
    assert not codes, "closed sets are enumerations with words (CodeShape); what is text is named above"


def test_no_name_of_a_text_is_kept_that_no_answer_has() -> None:
    present = {member for _shape, member in texts()} | {f"{shape}.{member}" for shape, member in texts()}
    assert not (IN_WORDS | ELSEWHERE) - present


def test_a_file_is_sent_as_bytes_and_not_as_an_address() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["FileRequest"]["properties"]["file"]["format"] == "binary"
    assert schemas["ReadFileRequest"]["properties"]["file"]["format"] == "binary"


def test_what_is_always_answered_is_required_also_where_it_is_computed() -> None:
    schemas = document()["components"]["schemas"]
    assert {"label", "what", "actor"} <= set(schemas["AcceptEvent"]["required"])
    assert "reason_text" in schemas["CaseFile"]["required"]
    assert not [name for name, shape in shapes().items() if "readOnly" in str(shape.get("properties"))]


def test_the_states_that_narrow_a_list_are_those_of_the_enumeration() -> None:
    parameters = document()["paths"]["/api/v1/cases"]["get"]["parameters"]
    (states,) = [one["schema"] for one in parameters if one.get("name") == "state"]
    assert (states["type"], states["items"]) == ("array", {"$ref": "#/components/schemas/State"})


def test_every_list_is_a_page_and_can_be_narrowed() -> None:
    for path, operation in lists():
        shape = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        members = document()["components"]["schemas"][shape.rpartition("/")[2]]["properties"]
        assert "next" in members, path
        assert "fields" in {one.get("name") for one in operation["parameters"]}, path


def lists() -> Iterator[tuple[str, Any]]:
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            content = operation["responses"].get("200", {}).get("content", {})
            name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
            if "results" in document()["components"]["schemas"].get(name, {}).get("properties", {}):
                yield path, operation
