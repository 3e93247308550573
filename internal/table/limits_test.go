package table

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimits(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("x", n) }
	line := func(note string) string { return "a@b,1," + note + "\n" }
	cells := func(n int) string { return strings.Repeat(",", n-1) + "\n" }
	tests := []struct {
		why, line, want string
		lines           int
	}{
		{"a cell at the limit", line(fill(MaxCellBytes)), "", 1},
		{"a cell over the limit", line(fill(MaxCellBytes + 1)), "2 !cell-too-long", 1},
		{"10 MB", line(fill(10 << 20)), "2 !cell-too-long", 1},
		{"10 MB in CR LF", strings.TrimSuffix(line(fill(10<<20)), "\n") + "\r\n", "2 !cell-too-long", 1},
		{"a quoted cell at the limit", line(`"` + fill(MaxCellBytes) + `"`), "", 1},
		{"a quoted cell over the limit", line(`"` + fill(MaxCellBytes+1) + `"`), "2 !quote-open", 1},
		{"10 MB in quotes", line(`"` + fill(10<<20) + `"`), "2 !quote-open", 1},
		{"lines at the limit", line(`"` + strings.Repeat("\n", MaxRecordLines-1) + `"`), "", MaxRecordLines},
		{"cells at the limit", "a@b,1" + cells(MaxCells-1), "", 1},
		{"cells over the limit", "a@b,1" + cells(MaxCells), "2 !too-many-cells", 1},
		{"a record over the limit", "a@b,1" + strings.Repeat(","+fill(MaxCellBytes), 17) + "\n", "2 !record-too-long", 1},
	}
	for _, test := range tests {
		in, got := readText(t, "user,mobile,note\n"+test.line+"c@d,2,\n")
		if len(got) != 2 || (test.want != "") != strings.Contains(got[0], "!") || test.want != "" && got[0] != test.want || in.Counts.Lines != test.lines+2 {
			t.Errorf("%s: records %.100q of %d lines, want %q", test.why, got, in.Counts.Lines, test.want)
		}
		if last := got[len(got)-1]; !strings.HasSuffix(last, ` "c@d|2|"`) {
			t.Errorf("%s: the last record is %s", test.why, last)
		}
		if len(in.w.buf) > 4<<20 {
			t.Errorf("%s: the window grew to %d bytes", test.why, len(in.w.buf))
		}
	}
}

// More lines than a record may have are read one by one.
func TestLinesOverLimit(t *testing.T) {
	in, got := readText(t, "user,mobile,note\na@b,1,\""+strings.Repeat("\n", MaxRecordLines)+"\"\nc@d,2,\n")
	got = slices.DeleteFunc(got, func(record string) bool { return strings.HasSuffix(record, `~ "" ?`) }) // a cell may have blank lines
	want := []string{"2 !quote-open", "102~ !quote-runs-on ?", `103 "c@d|2|"`}
	if diff := cmp.Diff(want, got); diff != "" || in.Counts.Blank != MaxRecordLines-1 || in.Counts.Fragments != 1 {
		t.Errorf("%d blank, %d fragments; records (-want +got):\n%s", in.Counts.Blank, in.Counts.Fragments, diff)
	}
}

// What is too long is passed, not kept.
func TestWindowStaysSmall(t *testing.T) {
	long := io.LimitReader(endless{"x"}, 10<<20)
	in, got := readAll(t, io.MultiReader(strings.NewReader("user,mobile\na@b,\""), long), testOptions())
	if want := "2 !quote-open"; len(got) != 1 || got[0] != want {
		t.Errorf("records %q, want %s", got, want)
	}
	if size := len(in.w.buf); size > 2*windowSize {
		t.Errorf("the window grew to %d bytes for a field of 10 MB, want at most %d", size, 2*windowSize)
	}
}

type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[i%len(e.text)]
	}
	return len(p), nil
}

// pieces gives its bytes as a slow source does.
type pieces struct {
	src  io.Reader
	size int
}

func (p pieces) Read(to []byte) (int, error) { return p.src.Read(to[:min(p.size, len(to))]) }

// A record that comes in small pieces is not scanned anew for each of them.
func TestTimeIsLinear(t *testing.T) {
	fill := "f@example.com,1," + strings.Repeat("x", MaxCellBytes-100) + "\n"
	heading := "user,mobile,note\n" + fill + fill
	for why, cell := range map[string]string{
		"a cell of quotes":           `"` + strings.Repeat(`"`, 60000) + `"`,
		"a cell of single quotes":    strings.Repeat(`'`, 60000),
		"many cells":                 strings.Repeat(strings.Repeat("x", 1000)+",", 990),
		"a cell of lines and quotes": strings.Repeat("\"\n", 20000),
		"quotes that are open":       strings.Repeat("\",\"x\n", 20000),
	} {
		took := time.Hour
		for range 3 { // once it may be others that take the time
			start := time.Now()
			readAll(t, pieces{strings.NewReader(heading + "a@b,1," + cell + "\n"), 1}, testOptions())
			if took = min(took, time.Since(start)); took <= 2*time.Second {
				break
			}
		}
		if took > 2*time.Second {
			t.Errorf("%s takes %v byte by byte", why, took)
		}
	}
}
