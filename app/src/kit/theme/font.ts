/** The families of text in drawings, as in the style sheet: an exported picture has no style sheet to ask. */
export const FONT =
  "Inter, -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";
