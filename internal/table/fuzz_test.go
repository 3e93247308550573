package table

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wrongLines tells which physical lines of UTF-8 without a mark do not belong to
// exactly one record, or are blank.
func wrongLines(text []byte) string {
	in, err := Open(bytes.NewReader(text), testOptions())
	if err != nil {
		return ""
	}
	var lines [][]byte
	for rest := text; len(rest) > 0; {
		line := firstLine(rest)
		lines, rest = append(lines, line), rest[len(line)+lineEnd(rest[len(line):]):]
	}
	next := in.HeadingLine + 1 + lineEnds(bytes.TrimSuffix(in.heading.Raw, lastLineEnd(in.heading.Raw)))
	for r, err := range in.Records(shapeOf(in)) {
		if err != nil {
			return err.Error()
		}
		if r.Line < next {
			return fmt.Sprintf("line %d belongs to two records", r.Line)
		}
		for ; next < r.Line; next++ {
			if len(bytes.Trim(lines[next-1], " \t,;|\"'\v\f\u00a0\u0085\u2028")) > 0 {
				return fmt.Sprintf("line %d is no record", next)
			}
		}
		body := bytes.TrimSuffix(r.Raw, lastLineEnd(r.Raw))
		if r.Fault != nil || r.Alone {
			body = r.Raw
		}
		if whole := lines[r.Line-1]; !bytes.HasPrefix(body, whole[:min(len(whole), MaxRecordBytes)]) {
			return fmt.Sprintf("line %d is %q in the record", r.Line, body)
		}
		next += 1 + lineEnds(body)
	}
	if in.Counts.Lines != len(lines) && in.Counts.Lines != len(lines)+1 {
		return fmt.Sprintf("%d lines, want %d", in.Counts.Lines, len(lines))
	}
	return ""
}

// FuzzRecords reads any bytes: it must not panic, and lose no line of text.
func FuzzRecords(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("..", "importfile", "testdata", "[0-9]*"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("samples = %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		"\ufeff\"user\";\"mobile\"\r\na@b;\"x\r\n\"\"\r\n", "user,mobile\r\ra@b,\"1\"2\n,,,\n\xff,\xff",
		"user,mobile\n" + strings.Repeat("\"\n", 300), "sep=;\nuser;mobile\na@b;1\n", "#TYPE x\n'user'|'mobile'\n'a@b'|'+1'\n",
		"\xff\xfeu\x00p\x00n\x00,\x00m\x00o\x00b\x00i\x00l\x00e\x00\n\x00a\x00@\x00b\x00,\x001\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := Open(bytes.NewReader(text), testOptions())
		if err != nil {
			return
		}
		if name, _ := in.Encoding(); strings.HasPrefix(name, "UTF-8") && !in.Dialect.ByteOrderMark {
			if wrong := wrongLines(text); wrong != "" {
				t.Error(wrong)
			}
		}
		var out bytes.Buffer
		w := NewWriter(in, &out, utf8Name, copiedColumns)
		for r, err := range in.Records(shapeOf(in)) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Fault != nil {
				w.InOneCell(0, r.Raw, []string{"1", "why"})
			} else {
				w.Record(r, nil, []string{"1", "why"})
			}
		}
		if err := w.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}
