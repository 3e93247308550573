// Package phonenumber turns what people and spreadsheets write in a cell into a
// number in the form that Microsoft Graph documents, with notes about every
// repair, or into the problem that makes it unfit.
//
// It is the only package that knows numbering plans, and answers the few
// questions that others have about them: what a dialling code is, and whether
// two numbers are the same phone. It knows neither files nor headings.
//
// Its one invariant: it never guesses. Of several ways to read the digits it
// uses the only one that is a valid number, and none where there are two; a
// country is never supplied, and parsing its own result gives the same number.
package phonenumber
