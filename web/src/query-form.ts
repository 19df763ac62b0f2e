// A form also sends its empty fields, and the service rejects empty values: send the filled-in fields only.
for (const form of document.querySelectorAll<HTMLFormElement>("form.query")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (value === "") formData.delete(name);
    }
  });
}
