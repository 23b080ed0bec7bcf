// A table of pieces with a bar for what each adds; a click chooses the piece on the strip and plays it.
function bar(row, colours) {
  const track = make("div", "track")
  const fillet = make("div", "fillet")
  const share = Math.abs(row.share) * 50
  const half = row.signed ? 50 : 100
  fillet.style.width = `${(share / 50) * half}%`
  fillet.style.left = row.signed ? `${row.share < 0 ? 50 - share : 50}%` : "0"
  fillet.style.background = row.signed ? (row.share < 0 ? colours.against : colours.for) : colours.matters
  track.dataset.signed = row.signed
  track.append(fillet)
  return track
}

function cell(tag, name, content) {
  const element = make(tag, name)
  element.append(content)
  return element
}

function line(row, data) {
  const element = make("tr", "")
  const button = make("button", "")
  button.type = "button"
  button.textContent = row.label
  button.ariaLabel = fill(data.words[row.place ? "play" : "playPlace"], { label: row.label, place: row.place })
  element.append(
    cell("th", "", button),
    cell("td", "place", row.place),
    cell("td", "bar", bar(row, data.colours)),
    cell("td", "number", row.value),
    ...(data.columns.length > 4 ? [cell("td", "number without", row.without)] : []),
  )
  element.firstChild.scope = "row"
  const show = () => strata.emit("moments", [{ start: row.start, end: row.end, label: "" }])
  const hide = () => strata.emit("moments", [])
  Object.assign(element, { onpointerenter: show, onpointerleave: hide })
  Object.assign(button, { onfocus: show, onblur: hide })
  element.onclick = () => {
    strata.sound()
    strata.emit("select", [row.start, row.end])
  }
  return element
}

export default function ({ data: bytes, parentElement }) {
  const data = spelled(bytes)
  let box = parentElement.querySelector(".parts")
  if (!box) parentElement.append((box = make("div", "parts")))
  const table = make("table", "")
  table.dataset.places = data.rows.some((row) => row.place)
  const head = make("tr", "")
  data.columns.forEach((name, at) => {
    const heading = cell("th", ["", "place", "bar", "number", "number without"][at], name)
    heading.scope = "col"
    head.append(heading)
  })
  table.append(cell("caption", "", data.name), cell("thead", "", head))
  const body = make("tbody", "")
  body.append(...data.rows.map((row) => line(row, data)))
  table.append(body)
  box.replaceChildren(table)
  return () => strata.emit("moments", [])
}
