package importfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// Excerpt copies the lines of a file that have remarks, in the file's own
// dialect: encoding, delimiter, quotes, line ends, whatever stands above the
// heading, and the heading; of a workbook as a workbook, with numbers as numbers,
// in their formats. The remarks stand in three more columns at the end,
// or in the same three if the file is itself an excerpt. Of the cells only those are
// copied that were read, that help to find the person, and that opts keep: what
// else a file holds of people is nobody's who corrects a phone. The others are empty.
//
// Read unchanged, an excerpt gives no row that the file did not give. So a line
// that could not be split into cells, and each one that may stand in a quoted
// cell which such a line begins, comes back as a whole in its user's cell: behind
// a quote that is still open nothing would be what it was.
//
// src must be the file that was read with opts, of which read is the result; an
// error says so if it is another by now, after it has been copied.
func Excerpt(ctx context.Context, src io.Reader, opts Options, read *File, remarks map[int32]Remark, w io.Writer) error {
	return copyLines(ctx, src, opts, read, &excerpt{remarks: remarks, needed: read.needed}, w)
}

// Fixed copies a whole file as [Excerpt] does its lines, with all their cells, and puts
// in the place of each phone that is fit the number that it was read as. The remarks
// stand in three more columns at the end, by which such a file is known: what protects
// it from spreadsheets is taken off where it is read. Read with the same options, it
// gives the same rows, and no number in it needs a repair.
func Fixed(ctx context.Context, src io.Reader, opts Options, read *File, remarks map[int32]Remark, w io.Writer) error {
	e := &excerpt{remarks: remarks, needed: slices.Repeat([]bool{true}, len(read.Reading.headings)), numbers: map[int32]map[int]string{}}
	for _, row := range read.Rows.All() {
		if row.Number.IsZero() || row.Column == 0 {
			continue
		}
		if e.numbers[row.Line] == nil {
			e.numbers[row.Line] = map[int]string{}
		}
		e.numbers[row.Line][int(row.Column)-1] = row.Number.Graph()
	}
	return copyLines(ctx, src, opts, read, e, w)
}

// copyLines goes through the file as it was read before, and copies what e wants.
func copyLines(ctx context.Context, src io.Reader, opts Options, read *File, e *excerpt, w io.Writer) error {
	opts = opts.with(opts.Profile)
	// Which lines are wanted is told by their remarks, and was decided when the
	// file was read.
	opts.Profile.Where, opts.Where, opts.Skip, opts.Limit = nil, nil, 0, 0
	sum := sha256.New()
	in, _, err := openLines(ctx, io.TeeReader(src, sum), opts)
	if err == nil {
		e.lines, e.doubtful, e.byValue = in, read.doubtful, make([]string, len(read.Reading.byValue))
		e.cutShort = read.cutShort
		e.label(in.Headings)
		if further := slices.Concat(remarkHeadings[:], read.Reading.byValue); in.sheet == nil {
			e.out = table.NewWriter(in.Table, w, read.Reading.Encoding, further)
		} else {
			e.out = newRowCopier(in, w, further)
		}
		err = e.copy()
	}
	if err != nil {
		return fmt.Errorf("copying lines of %s: %w", opts.Name, err)
	}
	// The lines of another file may have other numbers by now, and the remarks
	// would stand beside the wrong ones.
	if hex.EncodeToString(sum.Sum(nil)) != read.SHA256 {
		return &FileError{Name: opts.Name, Found: "the file has changed since it was read", Advice: "do not use the copied lines; look into the results"}
	}
	return nil
}

// copier writes records of a file as they stand in it, below its heading:
// [table.Writer], or [rowCopier] for a workbook.
type copier interface {
	Line(r *table.Record)
	Record(r *table.Record, kept []bool, further []string)
	Changed(r *table.Record, kept []bool, instead map[int]string, further []string)
	InOneCell(column int, raw []byte, further []string)
	Err() error
	Close() error
}

// excerpt copies lines while the records are read as they were before, so that
// they begin and end where they did.
type excerpt struct {
	*lines
	out copier
	// What is wanted of the file, by physical line.
	remarks  map[int32]Remark
	doubtful []table.Inside // those that are still to come
	byValue  []string       // empty cells, whose headings tell what was decided by the values of the whole file
	needed   []bool         // columns that are copied whatever they are called
	kept     []bool         // columns that are copied
	cutShort int32          // line whose last number may have lost digits
	// numbers are those that take the place of cells, by line and column; nil where
	// only lines with remarks are wanted.
	numbers map[int32]map[int]string
}

// copy goes through the file as [Read] did, and writes the lines that are wanted,
// below the heading in words where there is one.
func (e *excerpt) copy() error {
	cells, m := make([]string, len(e.mapped)), mark{}
	for r, err := range e.Records(e.shape()) {
		kind := lineLeftOut
		if err == nil {
			kind, err = e.decide(r, cells, &m)
		}
		if err == nil {
			err = e.out.Err()
		}
		switch {
		case err != nil:
			return err
		case kind == lineOfWords: // it may tell more than the heading does
			e.label(r.Texts())
			e.out.Line(r)
		case kind == lineLeftOut && e.numbers != nil: // a label, for nothing else is left out here
			e.out.Line(r)
		case kind != lineLeftOut:
			e.line(r)
		}
	}
	return e.out.Close()
}

// label decides by a line of headings, the last that says anything of a column, which
// cells are copied. The other columns stay, so that every cell keeps its place.
func (e *excerpt) label(headings []string) {
	e.kept = append(e.kept, e.needed[len(e.kept):]...)
	for i, text := range headings[:min(len(headings), len(e.kept))] {
		if text != "" {
			e.kept[i] = e.needed[i] || heading.Harmless(text)
		}
	}
}

// line copies a line that has a remark, or may belong to one that has.
func (e *excerpt) line(r *table.Record) {
	remark, wanted := e.remarks[int32(r.Line)]
	within, doubtful := e.quoteOver(r.Line)
	// A line without a remark is copied where it may stand in one cell with a line
	// that has one: only together can they be corrected.
	if !wanted && e.numbers == nil {
		if _, wanted = e.remarks[int32(within.Opened)]; !doubtful || !wanted || len(bytes.TrimSpace(r.Raw)) == 0 {
			return
		}
		remark = partOfCell(within)
	}
	further := append([]string{strconv.Itoa(r.Line), remark.Reason, remark.Advice}, e.byValue...)
	if !wanted { // in a whole copy: who has no phone in the file need not have one here
		further[0] = ""
	}
	if doubtful || r.Fault != nil {
		e.out.InOneCell(e.columns.At[heading.User], e.noUser(r), further)
		return
	}
	if instead := e.instead(r); instead != nil {
		e.out.Changed(r, e.kept, instead, further)
		return
	}
	e.out.Record(r, e.kept, further)
}

// instead are texts that take the place of cells, by column: numbers as they were read,
// and the last cell of a file that may have broken off in it. That gets dots behind it,
// because it is the last no more: read unchanged, it would be fit.
func (e *excerpt) instead(r *table.Record) map[int]string {
	instead := e.numbers[int32(r.Line)]
	if texts := r.Texts(); int32(r.Line) == e.cutShort && len(texts) > 0 {
		last := len(texts) - 1
		instead = maps.Clone(instead)
		if instead == nil {
			instead = map[int]string{}
		}
		instead[last] = texts[last] + "..."
	}
	return instead
}

// quoteOver finds the quotes that a line may stand in, or open. It is asked line by
// line, and drops those that end above.
func (e *excerpt) quoteOver(line int) (table.Inside, bool) {
	for len(e.doubtful) > 0 && e.doubtful[0].Closed < line {
		e.doubtful = e.doubtful[1:]
	}
	if len(e.doubtful) == 0 || line < e.doubtful[0].Opened {
		return table.Inside{}, false
	}
	return e.doubtful[0], true
}

// noUser is a whole line as a cell that cannot be a user. Where a column is not
// copied nobody knows which of the line is of it, and all is left out. No user has brackets in it, so that a line
// which would be one gets them.
func (e *excerpt) noUser(r *table.Record) []byte {
	text := bytes.TrimSpace(r.Raw)
	if slices.Contains(e.kept, false) {
		text = []byte("(see the file: the line cannot be split into cells, and some of its columns are not copied)")
	}
	if _, kind := heading.UserOf(r.Decoded(text)); kind.Fit(true) || fits(kind, &e.columns) {
		text = slices.Concat([]byte("("), text, []byte(")"))
	}
	return text
}
