// What part of the map is on the screen: places in units of the map to pixels and back.
class MapView {
  constructor() {
    this.reset()
    this.width = this.height = 1
  }
  reset() {
    this.zoom = 1
    this.middle = [0, 0]
  }
  get zoomed() {
    return this.zoom > 1.001
  }
  get scale() {
    return this.zoom * 0.47 * Math.min(this.width / this.reach[0], this.height / this.reach[1])
  }
  // Both directions keep the same scale.
  place(x, y) {
    return [this.width / 2 + (x - this.middle[0]) * this.scale, this.height / 2 - (y - this.middle[1]) * this.scale]
  }
  back(px, py) {
    return [this.middle[0] + (px - this.width / 2) / this.scale, this.middle[1] - (py - this.height / 2) / this.scale]
  }
  // Zooms so that what is under (px, py) stays there.
  zoomAt(by, px = this.width / 2, py = this.height / 2) {
    const before = this.back(px, py)
    this.zoom = Math.max(1, Math.min(24, this.zoom * by))
    if (!this.zoomed) return this.reset()
    const after = this.back(px, py)
    this.move(before[0] - after[0], before[1] - after[1])
  }
  move(x, y) {
    this.middle = [this.middle[0] + x, this.middle[1] + y].map((value, axis) => Math.max(-this.reach[axis], Math.min(this.reach[axis], value)))
  }
  drag(px, py) {
    this.move(-px / this.scale, py / this.scale)
  }
}
