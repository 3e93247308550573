// Package browser holds tests alone: report.html in a real browser. They are a
// module of their own, so that the driver of the browser is not among the
// dependencies of the program.
//
// Its one invariant: the page asks nobody for anything, and no text of a file or of
// Graph does more in it than be read.
package browser
