package directory

// Collide lets the hashes of a text find a person too, as chance may, if it is
// called before anything else is added with that text.
func (d *Directory) Collide(text string, r Ref) {
	d.keys.add(d.hash(text), r)
	for _, x := range d.lookups {
		x.add(d.hash(text), r)
	}
}
