package table

import (
	"io"
)

// windowSize is how much of the file is looked at together. It doubles while a
// record does not fit, up to the limits of scan.
const windowSize = 128 << 10

// window is the piece of the file that is being looked at. It keeps what has
// not been passed yet, so that a record can be left again after its first line.
type window struct {
	src      io.Reader
	buf      []byte
	pos, end int
	last     bool // the source has no more than what stands in the window
}

// newWindow stands at the beginning of src, and has read nothing.
func newWindow(src io.Reader) window { return window{src: src, buf: make([]byte, windowSize)} }

// data is what the window holds, and good until it reads on.
func (w *window) data() []byte { return w.buf[w.pos:w.end] }

// fill reads on until the window holds so many bytes, or all that there are.
func (w *window) fill(bytes int) error {
	var err error
	for err == nil && w.end-w.pos < bytes && !w.last {
		err = w.more()
	}
	return err
}

// grow doubles what the window holds. A record is scanned anew each time, and
// would take quadratic time if a slow source gave it byte by byte.
func (w *window) grow() error { return w.fill(2*(w.end-w.pos) + 1) }

// more reads on, or finds that there is no more.
func (w *window) more() error {
	if w.end == len(w.buf) {
		if w.pos == 0 {
			w.buf = append(w.buf, make([]byte, len(w.buf))...)
		}
		w.pos, w.end = 0, copy(w.buf, w.data())
	}
	for range 100 { // as bufio does: a reader must not return nothing for ever
		n, err := w.src.Read(w.buf[w.end:])
		w.end += n
		if err == io.EOF {
			w.last = true
			return nil
		}
		if n > 0 || err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// passLine goes to the start of the next physical line, however far it is,
// without keeping what it passes. It shows the line without its end to see, in
// pieces.
func (w *window) passLine(see func(piece []byte)) error {
	for {
		line := firstLine(w.data())
		see(line)
		w.pos += len(line)
		if rest := w.data(); len(rest) > 1 || w.last { // the line feed of a CR LF stands there, too
			w.pos += lineEnd(rest)
			return nil
		}
		if err := w.more(); err != nil {
			return err
		}
	}
}
