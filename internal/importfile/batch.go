package importfile

import (
	"io"
	"iter"

	"github.com/gocarina/gocsv"
	"golang.org/x/sync/errgroup"
)

// batchSize is how many records are decoded in one piece: enough that handing a
// piece over costs nothing.
const batchSize = 2048

// batch is a piece of the file as a table of its own, for gocsv: the names of the
// mapped cells and these of the records. gocsv takes it as a reader, because its
// channel functions end at the first bad line. The cells are filled in place, and
// filled again by a later batch, so that two of them are all the memory that lines
// need.
type batch struct {
	cells   [][]string // the names first
	marks   []mark     // one for each record
	records []record   // gocsv makes them, as many as there are marks
	next    int
}

var _ gocsv.CSVReader = (*batch)(nil)

// newBatch begins one with the line of names, which gocsv takes for the heading.
func newBatch(cells []mapped) *batch {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = cell.name
	}
	return &batch{cells: [][]string{names}}
}

// free are the cells of the record that comes next.
func (t *batch) free() []string {
	n := 1 + len(t.marks)
	if n == len(t.cells) {
		t.cells = append(t.cells, make([]string, len(t.cells[0])))
	}
	return t.cells[n]
}

// ReadAll returns the names and all records of the batch.
func (t *batch) ReadAll() ([][]string, error) { return t.cells[:1+len(t.marks)], nil }

// Read returns them one by one, and then [io.EOF].
func (t *batch) Read() ([]string, error) {
	if t.next > len(t.marks) {
		return nil, io.EOF
	}
	t.next++
	return t.cells[t.next-1], nil
}

// batches yields the rows' lines in pieces. A batch is good until another one has
// followed it: rows are made of one while the next is taken off the file. The last
// one may be empty. An error ends them.
func (l *lines) batches() iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		filling, other, m := newBatch(l.mapped), newBatch(l.mapped), mark{}
		for r, err := range l.Records(l.shape()) {
			kind := lineLeftOut
			if err == nil {
				kind, err = l.decide(r, filling.free(), &m)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if kind != lineRow {
				continue
			}
			if filling.marks = append(filling.marks, m); len(filling.marks) < batchSize {
				continue
			}
			if !yield(filling, nil) {
				return
			}
			filling, other = other, filling
			filling.marks, filling.next = filling.marks[:0], 0
		}
		yield(filling, nil)
	}
}

// readInto gives the rows' lines to b, and after every batch the numbers that are
// ready to be read to deliver. No batch overtakes another. Rows are appended by one
// goroutine at a time, which keeps them in the order of the file.
func (l *lines) readInto(b *builder, deliver func([]number)) error {
	working := new(errgroup.Group)
	for full, err := range l.batches() {
		// The batch before is done with its memory, and its rows stand.
		if worked := working.Wait(); err == nil {
			err = worked
		}
		if err != nil {
			return err
		}
		working = new(errgroup.Group)
		working.Go(func() error {
			// gocsv fills the records of an earlier batch, where there are enough.
			if err := gocsv.UnmarshalCSV(full, &full.records); err != nil {
				return err
			}
			for i := range full.marks {
				b.add(&full.marks[i], full.records[i].Cells)
				full.records[i].free()
			}
			deliver(b.handOver())
			return nil
		})
	}
	return working.Wait()
}
