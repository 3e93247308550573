package importfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// dialect is a way of writing the same table.
type dialect struct {
	encoding, delimiter, quotes, lineEnd, above, below string
}

// allDialects are made of these.
func allDialects() (all []dialect) {
	for _, e := range []string{"UTF-8", "UTF-8 with mark", "UTF-16 LE", "UTF-16 LE with mark", "UTF-16 BE", "UTF-16 BE with mark", "Windows-1252"} {
		for _, d := range []string{",", ";", "\t", "|"} {
			for _, q := range []string{"where needed", "double", "single"} {
				for _, l := range []string{"\n", "\r\n", "\r"} {
					for _, a := range []string{"", "sep=" + d, "#TYPE Selected.System.Management.Automation.PSCustomObject", "version:v1.0" + d + d, "Staff of Zürich" + d} {
						for _, b := range []string{"", d + d + d, " "} {
							all = append(all, dialect{e, d, q, l, a, b})
						}
					}
				}
			}
		}
	}
	return all
}

// drawnDialects are some of them, others each time: all take minutes under the race
// detector. ENTRAPHONE_DIALECTS says how many, and the seed of a run that failed
// repeats it.
func drawnDialects(t *testing.T) []dialect {
	all := allDialects()
	if len(all) != 7*4*3*3*5*3 {
		t.Errorf("%d dialects", len(all))
	}
	count, seed := environment(t, "ENTRAPHONE_DIALECTS", 400), environment(t, "ENTRAPHONE_SEED", rand.Uint64())
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

func (d dialect) write(t testing.TB, table [][]string) []byte {
	t.Helper()
	var lines []string
	if d.above != "" {
		lines = append(lines, d.above)
	}
	for _, cells := range table {
		var written []string
		for _, cell := range cells {
			switch {
			case d.quotes == "single":
				cell = "'" + strings.ReplaceAll(cell, "'", "''") + "'"
			case d.quotes == "double", strings.ContainsAny(cell, d.delimiter+"\"\r\n"):
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			written = append(written, cell)
		}
		lines = append(lines, strings.Join(written, d.delimiter))
	}
	if d.below != "" {
		lines = append(lines, d.below)
	}
	text, err := d.encoder().String(strings.Join(lines, d.lineEnd) + d.lineEnd)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

func (d dialect) encoder() *encoding.Encoder {
	mark := unicode.IgnoreBOM
	if strings.HasSuffix(d.encoding, "mark") {
		mark = unicode.UseBOM
	}
	switch {
	case d.encoding == "UTF-8":
		return encoding.Nop.NewEncoder()
	case strings.HasPrefix(d.encoding, "UTF-8"):
		return unicode.UTF8BOM.NewEncoder()
	case strings.HasPrefix(d.encoding, "UTF-16 LE"):
		return unicode.UTF16(unicode.LittleEndian, mark).NewEncoder()
	case strings.HasPrefix(d.encoding, "UTF-16 BE"):
		return unicode.UTF16(unicode.BigEndian, mark).NewEncoder()
	}
	return charmap.Windows1252.NewEncoder()
}

// However a table was written, its rows are the same, and so are those of the
// lines that come back.
func TestEveryDialectReadsAlike(t *testing.T) {
	table := [][]string{
		{"Name", "E-Mail", "Mobil", "Telefon geschäftlich", "Land"},
		{"Müller, Jörg; \"JM\"", "joerg@example.com", "0176 04069012", "+49 30 23125-124", "DE"},
		{"O'Neil|Pat\t'x'", "o'neil@example.com", "", "(206) 555-0108", "US"},
		{"Zoë", "zoe@example.com", "+33 6 39 98 00 12", "", ""},
		{"two\nlines", "two@example.com", "12", "", "FR"},
	}
	dialects := drawnDialects(t)
	const shards = 4 // each may run on a processor of its own
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for i := shard; i < len(dialects); i += shards {
				d := dialects[i]
				text := d.write(t, table)
				first := 2 + count(d.above != "")
				at := func(line int, row string) string { return fmt.Sprintf("%d:%s", first+line, row) }
				want := []string{
					at(0, `3 joerg@example.com mobile "0176 04069012"`), at(0, `4 joerg@example.com office "+49 30 23125-124"`),
					at(1, `4 o'neil@example.com office "(206) 555-0108"`),
					at(2, `3 zoe@example.com mobile "+33 6 39 98 00 12"`),
					at(3, `3 two@example.com mobile "12"`),
				}
				read := func(text []byte) *File {
					f, err := read(t.Context(), bytes.NewReader(text), Options{}, func(number) {})
					if err != nil {
						t.Fatalf("%q: %v\n%q", d, err, text)
					}
					if diff := cmp.Diff(want, showAll(f)); diff != "" {
						t.Fatalf("%q: rows (-want +got):\n%s\n%q", d, diff, text)
					}
					return f
				}
				f := read(text)
				remarks := map[int32]Remark{}
				for _, r := range f.Rows.All() {
					remarks[r.Line] = Remark{"a \"reason\"; it's one, so", "an advice"}
				}
				var out bytes.Buffer
				if err := Excerpt(t.Context(), bytes.NewReader(text), Options{}, f, remarks, &out); err != nil {
					t.Fatal(err)
				}
				again := read(out.Bytes())
				if a, b := f.Reading, again.Reading; a.Encoding != b.Encoding || a.ByteOrderMark != b.ByteOrderMark || a.Delimiter != b.Delimiter || a.Quote != b.Quote {
					t.Fatalf("%q: reads back as\n%v\nwant\n%v", d, b, a)
				}
			}
		})
	}
}
