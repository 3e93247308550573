package importfile

import (
	"bytes"
	"context"
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

func (w *window) data() []byte { return w.buf[w.pos:w.end] }

// more reads on, or finds that there is no more.
func (w *window) more() error {
	if w.end == len(w.buf) {
		w.makeRoom()
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

func (w *window) makeRoom() {
	to := w.buf
	if w.pos == 0 {
		to = make([]byte, 2*len(w.buf))
	}
	w.end = copy(to, w.data())
	w.buf, w.pos = to, 0
}

// passLine goes to the start of the next physical line, however far it is,
// without keeping what it passes. It shows the line without its end to see, in
// pieces.
func (w *window) passLine(see func(piece []byte)) error {
	for {
		data := w.data()
		i := bytes.IndexAny(data, "\r\n")
		switch {
		case i < 0 && w.last:
			see(data)
			w.pos = w.end
			return nil
		case i < 0:
			see(data)
			w.pos, w.end = 0, 0
		case i+1 < len(data) || w.last:
			see(data[:i])
			w.pos += i + lineEnd(data[i:])
			return nil
		default:
			see(data[:i])
			w.pos += i // the line feed of a CR LF may still be to come
		}
		if err := w.more(); err != nil {
			return err
		}
	}
}

// ctxReader ends a long read when the context is done.
type ctxReader struct {
	ctx context.Context
	src io.Reader
}

func (r ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.src.Read(p)
}
