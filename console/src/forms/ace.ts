import worker from "ace-builds/src-noconflict/worker-json?url";

/** The editor behind Cloudscape's CodeEditor, with what it needs for JSON; loaded when a page has one. */
export async function loadAce() {
  const { default: ace } = await import("ace-builds");
  await Promise.all([
    import("ace-builds/src-noconflict/ext-language_tools"),
    import("ace-builds/src-noconflict/mode-json"),
    import("ace-builds/src-noconflict/theme-cloud_editor"),
    import("ace-builds/src-noconflict/theme-cloud_editor_dark"),
  ]);
  ace.config.setModuleUrl("ace/mode/json_worker", worker);
  return ace;
}
