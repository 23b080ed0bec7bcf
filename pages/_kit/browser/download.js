// Giving the visitor a file: a picture, a drawing, or a table of numbers.
function download(blob, name, ending) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.${ending}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

function saveText(text, name, ending, type) {
  download(new Blob([text], { type }), name, ending)
}

const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value))
const table = (lines) => lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n"
const exact = (value) => String(Number(value.toPrecision(6)))
