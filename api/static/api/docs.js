const reference = document.getElementById("reference");
const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
  requestInterceptor: (request) => {
    if (request.url.startsWith(location.origin)) request.headers["X-CSRFToken"] = csrfToken();
    return request;
  },
});
