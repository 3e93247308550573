// Package country finds the ISO 3166 two-letter code of a country in any
// spelling: its codes of two and three letters, its name in about fifty
// languages, a flag, a dialling code with its area, or several of them in one
// cell.
//
// It does not decide what a bare number means: 36 may be ISO's Australia or the
// dialling code of Hungary, and only the whole column tells. What dialling codes
// mean is asked of its caller.
//
// Its one invariant: a text that could be two countries, or a country and
// something else, is none.
package country
