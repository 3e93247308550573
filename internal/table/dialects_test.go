package table

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// way is one of writing the same table.
type way struct {
	encoding, delimiter, quotes, lineEnd, above, below string
}

// allWays are made of these.
func allWays() (all []way) {
	for _, e := range []string{"UTF-8", "UTF-8 with mark", "UTF-16 LE", "UTF-16 LE with mark", "UTF-16 BE", "UTF-16 BE with mark", "Windows-1252"} {
		for _, d := range []string{",", ";", "\t", "|"} {
			for _, q := range []string{"where needed", "double", "single"} {
				for _, l := range []string{"\n", "\r\n", "\r"} {
					for _, a := range []string{"", "sep=" + d, "Staff of Zürich" + d} {
						for _, b := range []string{"", d + d + d} {
							all = append(all, way{e, d, q, l, a, b})
						}
					}
				}
			}
		}
	}
	return all
}

// drawnWays are some of them, others each time. ENTRAPHONE_DIALECTS says how many,
// and the seed of a run that failed repeats it.
func drawnWays(t *testing.T) []way {
	all := allWays()
	if len(all) != 7*4*3*3*3*2 {
		t.Errorf("%d dialects", len(all))
	}
	count, seed := environment(t, "ENTRAPHONE_DIALECTS", 300), environment(t, "ENTRAPHONE_SEED", rand.Uint64())
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:min(count, uint64(len(all)))]
	t.Logf("%d dialects, ENTRAPHONE_SEED=%d", len(all), seed)
	return all
}

func environment(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w way) write(t testing.TB, table [][]string) string {
	t.Helper()
	var lines []string
	if w.above != "" {
		lines = append(lines, w.above)
	}
	for _, cells := range table {
		var written []string
		for _, cell := range cells {
			switch {
			case w.quotes == "single":
				cell = "'" + strings.ReplaceAll(cell, "'", "''") + "'"
			case w.quotes == "double", strings.ContainsAny(cell, w.delimiter+"\"\r\n"):
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			written = append(written, cell)
		}
		lines = append(lines, strings.Join(written, w.delimiter))
	}
	text, err := w.encoder().String(strings.Join(append(lines, w.below), w.lineEnd) + w.lineEnd)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w way) encoder() *encoding.Encoder {
	mark := unicode.IgnoreBOM
	if strings.HasSuffix(w.encoding, "mark") {
		mark = unicode.UseBOM
	}
	switch {
	case w.encoding == "UTF-8":
		return encoding.Nop.NewEncoder()
	case strings.HasPrefix(w.encoding, "UTF-8"):
		return unicode.UTF8BOM.NewEncoder()
	case strings.HasPrefix(w.encoding, "UTF-16 LE"):
		return unicode.UTF16(unicode.LittleEndian, mark).NewEncoder()
	case strings.HasPrefix(w.encoding, "UTF-16 BE"):
		return unicode.UTF16(unicode.BigEndian, mark).NewEncoder()
	}
	return charmap.Windows1252.NewEncoder()
}

// However a table was written, its records are the same, and so are those of its
// copy, which is written the same way.
func TestEveryDialectReadsAlike(t *testing.T) {
	table := [][]string{
		{"name", "user", "mobile", "büro"},
		{"Müller, Jörg; \"JM\"", "joerg@example.com", "0176 04069012", "+49 30 23125-124"},
		{"O'Neil|Pat\t'x'", "o'neil@example.com", "12", "(206) 555-0108"},
		{"two\nlines", "two@example.com", "13", ""},
	}
	var want []string
	for _, cells := range table[1:] {
		want = append(want, strings.Join(cells, "|"))
	}
	for _, w := range drawnWays(t) {
		text := w.write(t, table)
		read := func(text string) *Table {
			in, records := mustOpen(t, strings.NewReader(text), testOptions()), []string(nil)
			for r, err := range in.Records(shapeOf(in)) {
				if err != nil || r.Fault != nil {
					t.Fatalf("%q: %s, %v", w, show(r), err)
				}
				records = append(records, strings.Join(r.Texts()[:4], "|"))
			}
			if !slices.Equal(records, want) {
				t.Fatalf("%q: records %q, want %q", w, records, want)
			}
			return in
		}
		in := read(text)
		found, _ := in.Encoding()
		if !strings.HasPrefix(w.encoding, found) {
			t.Fatalf("%q is read as %s", w, found)
		}
		var out bytes.Buffer
		again := mustOpen(t, strings.NewReader(text), testOptions())
		copied := NewWriter(again, &out, found, copiedColumns)
		for r := range again.Records(shapeOf(again)) {
			copied.Record(r, nil, []string{"1", "a \"reason\"; it's one, so"})
		}
		if err := copied.Close(); err != nil {
			t.Fatal(err)
		}
		back := read(out.String())
		if name, _ := back.Encoding(); name != found || back.Dialect != in.Dialect || lineEnds(back.above) != lineEnds(in.above) || !back.IsCopy() {
			t.Fatalf("%q: the copy is read as %s, %+v below %q, want %s, %+v below %q", w, name, back.Dialect, back.above, found, in.Dialect, in.above)
		}
	}
}
