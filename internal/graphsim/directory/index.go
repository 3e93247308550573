package directory

import (
	"hash/maphash"
	"iter"
	"unicode"
	"unicode/utf8"
)

// index finds people by the hash of a text. Half of a 64-bit hash costs some
// hundred collisions in a million, so that whoever looks something up must
// compare the text itself.
//
// It is a table with open addressing, and not a map, because memory is slow: a
// lookup among millions then misses the cache once and takes a third of the
// time.
type index struct {
	slots  []slot // 0 or a power of two of them, of which a quarter is free
	filled int
	more   map[uint32][]Ref // all but the first with a hash, in order of addition
}

type slot struct {
	hash  uint32
	after Ref // the one after the person, so that 0 is a free slot
}

func newIndex() *index { return &index{more: map[uint32][]Ref{}} }

func (x *index) add(hash uint32, r Ref) {
	if 4*x.filled >= 3*len(x.slots) {
		old := x.slots
		x.slots = make([]slot, max(16, 2*len(old)))
		for _, s := range old {
			if s.after != 0 {
				*x.slot(s.hash) = s
			}
		}
	}
	if s := x.slot(hash); s.after == 0 {
		*s = slot{hash, r + 1}
		x.filled++
		return
	}
	x.more[hash] = append(x.more[hash], r)
}

// slot is the one with a hash, or else the free one where it belongs.
func (x *index) slot(hash uint32) *slot {
	for i := int(hash); ; i++ {
		if s := &x.slots[i&(len(x.slots)-1)]; s.after == 0 || s.hash == hash {
			return s
		}
	}
}

// with yields those added with a hash, in order of addition.
func (x *index) with(hash uint32) iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		if len(x.slots) == 0 {
			return
		}
		if s := x.slot(hash); s.after == 0 || !yield(s.after-1) {
			return
		}
		for _, r := range x.more[hash] {
			if !yield(r) {
				return
			}
		}
	}
}

// hash is the same for texts that differ in case only. The seed keeps a file
// from being made to collide.
func (d *Directory) hash(text string) uint32 {
	var space [maxText]byte
	return uint32(maphash.Bytes(d.seed, appendFolded(space[:0], text)))
}

// appendFolded appends a text such that two give the same exactly if
// strings.EqualFold holds them equal, which strings.ToLower does not achieve:
// of the many spellings of a character it takes the one with the lowest code
// point, and in ASCII lower case.
func appendFolded(to []byte, text string) []byte {
	start := len(to)
	to = append(to, text...)
	folded := to[start:]
	for i, b := range folded {
		if b >= utf8.RuneSelf {
			return appendFoldedRunes(to[:start+i], text[i:])
		}
		folded[i] = lower(b)
	}
	return to
}

func appendFoldedRunes(to []byte, text string) []byte {
	for _, char := range text {
		lowest := char
		for c := unicode.SimpleFold(char); c != char; c = unicode.SimpleFold(c) {
			lowest = min(lowest, c)
		}
		if lowest < utf8.RuneSelf {
			to = append(to, lower(byte(lowest)))
		} else {
			to = utf8.AppendRune(to, lowest)
		}
	}
	return to
}

func lower(b byte) byte {
	if b-'A' < 26 {
		b |= 0x20
	}
	return b
}
