// Colours and fonts of the page, as canvases need them.
function luminance(colour) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d")
  canvas.fillStyle = colour
  canvas.fillRect(0, 0, 1, 1)
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
}

function readLook(root, tables) {
  const style = getComputedStyle(root)
  const value = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise
  const paper = value("--st-background-color", "#ffffff")
  const primary = value("--st-primary-color", "#4338ca")
  return {
    paper,
    primary,
    tables,
    text: value("--st-text-color", "#111111"),
    soft: value("--soft", "#666666"),
    faint: value("--faint", "#bbbbbb"),
    font: value("--st-font", "sans-serif"),
    fonts: document.fonts.status,
    dark: luminance(paper) < 0.4,
    onPrimary: luminance(primary) > 0.45 ? "#111111" : "#ffffff",
    region: null,
  }
}
