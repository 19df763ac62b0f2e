import "swagger-ui-dist/swagger-ui.css";
import "./api-page.css";

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const container = document.getElementById("api-page");
const url = container?.dataset["api"];

if (url !== undefined) {
  SwaggerUI({
    url,
    dom_id: "#api-page",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUI.presets.apis],
    // By default Swagger UI sends the address of the document to a validator of a third party.
    validatorUrl: null,
  });
}
