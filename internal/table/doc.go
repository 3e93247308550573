// Package table turns the bytes of a delimited file into records, and writes
// records out as they came in.
//
// It finds encoding, delimiter, quotes and the heading ([Open]), yields the
// records below it ([Table.Records]) with their physical lines, and copies
// some of them in the file's own dialect ([Table.Writer]). It knows no meaning:
// what a heading names, and whether a text can be the key of a row, is asked of
// its caller ([Options], [Shape]). A line that cannot be split into cells, or
// does not fit the heading, has a [Fault], which is a value and no message.
//
// A sheet of a workbook comes as text, too ([Options.Rows]): one line for each row,
// whose cells cannot have slipped.
//
// Its one invariant: every physical line belongs to exactly one record, or is
// blank, and a faulty record is one line, so that it takes no neighbour along.
//
// # How it works
//
// The tokenizer is our own because lines of real files break off, run over, or
// open a quote that nobody meant. Reading goes on with the next physical line
// then. Where a quote is still open at its end, the lines below may be a cell's:
// they are read one by one, and when a line further down closes the quote, all
// of them are told ([Counts.Inside]).
//
// # What stands where
//
//   - table.go and window.go: the file from its first byte. heading.go finds the
//     heading, its delimiter and the quotes.
//   - scan.go: bytes to cells. fault.go: whether these fit the heading.
//   - records.go and record.go: one record after the other. quoting.go follows the
//     quotes of lines that could not be split.
//   - encoding.go, names.go and signatures.go: what the bytes are.
//   - writer.go: records as they came in.
//
// # Memory
//
// No more than a window of the file is held. Text that is neither UTF-16 nor
// UTF-8 is read as Windows-1252; whether that was right, only the whole file
// tells ([Table.Encoding]), so that cells are decoded first, and marked
// ([Validity]).
package table
