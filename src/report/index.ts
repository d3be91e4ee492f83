// Every output, drawn from the one document. Pure: no clock, no locale, no random id, no file: the same document, the same bytes.
export { renderHtml } from "./html.ts";
export { renderJson } from "./json.ts";
export { renderMarkdown } from "./markdown.ts";
export { renderText } from "./text.ts";
