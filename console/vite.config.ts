import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where Hamlet serves what is built; its APIs are at the root of the same origin. */
const BASE = "/_hamlet/console/";

/** Of the eight faces of Open Sans that Cloudscape brings, the two that are seen: the others are 75 kB of the first load. */
const facesInUse: Plugin = {
  name: "faces-in-use",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("global-styles/index.css")) return undefined;
    return code.replace(/@font-face\s*\{[^}]*\}/g, (face) => {
      const isSeen = /font-weight:\s*(400|700)/.test(face) && /font-style:\s*normal/.test(face);
      return isSeen ? face : "";
    });
  },
};

/** Takes comments and indentation out of styles, a tenth of what these weigh compressed. Licences stay. */
const bareStyles: Plugin = {
  name: "bare-styles",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
      file.source = String(file.source)
        .replace(/\/\*[\s\S]*?\*\//g, (comment) => (/Copyright|License/.test(comment) ? comment : ""))
        .replace(/([{};,])\n\s*/g, "$1");
    }
  },
};

/** How many pages and parts have to share a module of others' so that it is in the one file that all of them share. */
const SHARED_BY_MANY = 40;

export default defineConfig({
  base: BASE,
  plugins: [facesInUse, react(), bareStyles],
  build: {
    target: "es2022",
    // What comes from Cloudscape is small already; the minifier would be under a licence that we do not use.
    cssMinify: false,
    chunkSizeWarningLimit: 1024,
    // The lists of what each page's file needs would be 7 kB of the first load. The origin is this machine: asking twice is quick.
    modulePreload: false,
    rolldownOptions: {
      output: {
        // What most pages need is one file: as thirty, each compressed by itself, it would be 18 kB more of the first load.
        codeSplitting: {
          groups: [{ name: "shared", test: /node_modules/, minShareCount: SHARED_BY_MANY }],
        },
      },
    },
  },
});
