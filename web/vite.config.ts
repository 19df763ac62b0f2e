import { defineConfig, type Plugin } from "vite";

import symbols from "../api/tiles/symbols.json";

// Fixed names, because the templates of the service name these files; the service revalidates them by their ETag.
const names = { entryFileNames: "assets/[name].js", chunkFileNames: "assets/[name].js" };

// The colours of the definition of symbols, as variables in the style sheet that every page has.
function coloursOfSymbols(): Plugin {
  const colours = {
    ...symbols.ground,
    ...Object.fromEntries(symbols.status_groups.map(({ value, colour }) => [value, colour])),
  };
  const variables = Object.entries(colours).map(([name, colour]) => `--${name.replaceAll("_", "-")}: ${colour};`);
  return {
    name: "colours-of-symbols",
    enforce: "pre",
    transform: (code, id) => (id.endsWith("/site.css") ? `${code}\n:root { ${variables.join(" ")} }\n` : null),
  };
}

export default defineConfig({
  plugins: [coloursOfSymbols()],
  // Relative, so that the files find one another wherever the service mounts them.
  base: "./",
  publicDir: false,
  // The definition of symbols is read from the service's own package beside this directory.
  server: { fs: { allow: [".."] } },
  build: {
    target: "es2022",
    modulePreload: false,
    license: { fileName: "assets/licenses.md" },
    // One file with the map library in it, by design: it is loaded by the pages that show a map and by no other.
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: {
        "api-page": "src/api-page.ts",
        "items-map": "src/items-map.ts",
        "map-page": "src/map-page.ts",
        "office-page": "src/office-page.ts",
        "query-form": "src/query-form.ts",
        site: "src/site.css",
      },
      output: {
        ...names,
        assetFileNames: "assets/[name][extname]",
        // By names of their own, so that the page of the map can ask for them before its script does.
        codeSplitting: {
          groups: [
            { name: "maplibre-gl", test: /node_modules\/maplibre-gl\/.*js$/ },
            { name: "language", test: /src\/shared\/(translations|example-notice)\.ts$/ },
            {
              name: "symbols",
              test: /src\/shared\/(categories|days|elements|icons|legend-entries)\.ts$|symbols\.json$|worker&url$/,
            },
          ],
        },
      },
    },
  },
  // Of its own kind of name: a chunk that was called like the worker took its place in silence, and no map was drawn.
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: "assets/[name].worker.js", chunkFileNames: "assets/[name].worker.js" } },
  },
});
