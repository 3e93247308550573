package importfile

import (
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
)

// recoded gives the file as text, and a writer that writes text in the file's
// encoding. What is UTF-8 or taken for Windows-1252 passes byte by byte.
func recoded(src io.Reader, w io.Writer, opts Options, read *File) (io.Reader, *textWatch, io.Writer, error) {
	decoded, name, watch, err := text(src, opts.Encoding)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, known := range wide {
		if known.name == name { // the mark is text here, and is copied like all else
			return decoded, watch, transform.NewWriter(w, unicode.UTF16(known.order, unicode.IgnoreBOM).NewEncoder()), nil
		}
	}
	if e, is := encodingNamed(name); is {
		return decoded, watch, transform.NewWriter(w, encoding.ReplaceUnsupported(e.NewEncoder())), nil
	}
	if read.Reading.Encoding == windows1252 {
		return decoded, watch, &remarksIn1252{w}, nil
	}
	// A few damaged lines by themselves would be taken for Windows-1252.
	return decoded, watch, transform.NewWriter(w, runes.ReplaceIllFormed()), nil
}

// remarksIn1252 passes the bytes of the file, and brings what is put beside
// them, which is UTF-8, into Windows-1252.
type remarksIn1252 struct{ io.Writer }

func (w *remarksIn1252) WriteString(text string) (int, error) {
	encoded, err := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder()).String(text)
	if err != nil {
		return 0, err
	}
	_, err = w.Write([]byte(encoded))
	return len(text), err
}
