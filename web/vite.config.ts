import { defineConfig, type Plugin } from "vite";

import symbols from "../api/tiles/symbols.json";

// Fixed names, because the templates of the service name these files; browsers revalidate them by their ETag.
const names = { entryFileNames: "assets/[name].js", chunkFileNames: "assets/[name].js" };

// Adds the colours of the symbols as variables to the style sheet of all pages.
function addSymbolColours(): Plugin {
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
  plugins: [addSymbolColours()],
  // Relative, so that links between the files work at any path of the service.
  base: "./",
  publicDir: false,
  // The definition of symbols is read from the service's own package beside this directory.
  server: { fs: { allow: [".."] } },
  build: {
    target: "es2022",
    modulePreload: false,
    license: { fileName: "assets/licenses.md" },
    // The map library is one large file by design: only pages with a map load it.
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
        // Chunks with fixed names, so that the map page can preload them.
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
  // With a suffix of its own: a chunk with the name of the worker would replace it, and no map would be drawn.
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: "assets/[name].worker.js", chunkFileNames: "assets/[name].worker.js" } },
  },
});
