// A form sends its empty fields too, and the service refuses an empty value: only what was filled in is asked for.
for (const form of document.querySelectorAll<HTMLFormElement>("form.query")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (value === "") formData.delete(name);
    }
  });
}
