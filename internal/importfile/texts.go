package importfile

import "strings"

// texts makes strings of cells. They lie behind each other in large pieces of
// memory, because a million cells by themselves cost more than all else that
// reading does.
type texts struct {
	columns []keptColumn
	piece   strings.Builder
}

type keptColumn struct {
	previous string
	known    map[string]string // of a column in which few texts stand; else nil
}

const pieceBytes = 32 << 10

func newTexts(keys []key) texts {
	t := texts{columns: make([]keptColumn, len(keys))}
	for i, k := range keys {
		if k == keyPhoneType || k == keyCountry {
			t.columns[i].known = map[string]string{}
		}
	}
	return t
}

// keep copies a cell of the mapped column i. A cell that repeats the one above,
// as users do, or any above, as countries do, shares its string.
func (t *texts) keep(i int, content []byte) string {
	c := &t.columns[i]
	if string(content) == c.previous {
		return c.previous
	}
	text, is := c.known[string(content)]
	if !is {
		text = t.add(content)
		if c.known != nil && len(c.known) < maxRemembered {
			c.known[text] = text
		}
	}
	c.previous = text
	return text
}

// add copies into the piece, as long as there is room: what a Builder has given
// out stays as it is then.
func (t *texts) add(content []byte) string {
	if t.piece.Cap()-t.piece.Len() < len(content) {
		if len(content) > pieceBytes/16 {
			return string(content)
		}
		t.piece = strings.Builder{}
		t.piece.Grow(pieceBytes)
	}
	start := t.piece.Len()
	t.piece.Write(content)
	return t.piece.String()[start:]
}
