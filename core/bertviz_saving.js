// Saves BertViz's drawing as it stands, as SVG.
document.getElementById("save").onclick = () => {
  const drawn = document.querySelector("svg")
  if (!drawn) return
  const copy = drawn.cloneNode(true)
  const box = drawn.getBoundingClientRect()
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  copy.setAttribute("width", box.width)
  copy.setAttribute("height", box.height)
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }))
  link.download = "attention.svg"
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
