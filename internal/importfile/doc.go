// Package importfile turns the bytes of a file that people have into rows: one
// phone of one user each, with the physical line it stands on and with what is
// wrong with it.
//
// It reads delimited text, whatever its encoding, delimiter and quotes, and
// whatever programs put round the heading, in two forms: long, one phone per line
// (user, phoneType, phoneNumber), and wide, one person per line with a column
// per phone type. It finds the delimiter and the columns by the heading, says
// how it read the file ([Reading]), and refuses a file that it cannot read for
// certain ([FileError]). It does not compare rows with each other, and it knows
// neither the tenant nor what becomes of a row.
//
// Its one invariant: every line of the file that is not blank and names a phone
// becomes at least one row, fit or with its problems, in the order of the file;
// nothing is dropped or guessed silently. The content of a quoted cell never
// becomes a row that is fit.
//
// # How it works
//
// What a heading means is found by its exact letters, or else by its words: each
// says something (phone, mobile, work, user), and together they mean a column or
// none. A word that is not known makes the heading unknown, because it may name
// somebody else. Where headings leave something open, the first rows may
// disprove a meaning; they never give one.
//
// A tokenizer of our own stands in front of gocsv, because the lines of real
// files break off, run over, or open a quote that nobody meant, and each such
// line has to be reported under its physical number without taking its
// neighbours along. Reading goes on with the next physical line then. Where a
// quote is still open at its end, the lines below may be a cell's; so that the
// rows among them are rejected after all, when a line further down turns out to
// close that quote. The tokenizer hands gocsv canonical headings and only the
// cells that were mapped, so that no other column (a template may hold
// passwords) ever leaves it. While one batch of
// lines becomes rows, the next is taken off the file, and numbers are read on
// all cores meanwhile; no batch overtakes another. Beside the rows, no more of the file than the piece that is being looked
// at is held in memory. Text that is neither UTF-16 nor UTF-8 is taken for
// Windows-1252; whether that was right, only the whole file tells, so that
// cells are decoded first and rejected at the end where it was wrong.
//
// [Excerpt] hands lines back in the dialect of their file. Read unchanged, an
// excerpt gives no row that the file did not give.
package importfile
