// Package phonenumber turns what people and spreadsheets write in a cell into a
// number in the form that Microsoft Graph documents, with notes about every
// repair, or into the problem that makes it unfit.
//
// It is the only package that knows numbering plans, and answers the few
// questions that others have about them: what a dialling code is, and whether
// two numbers are the same phone. It knows neither files nor headings.
//
// A cell passes three stages. Parse splits what is written into digits,
// an extension and their surroundings, and refuses damage; interpretations lists
// every way to dial the digits, by the numbering plans; decide chooses one, or says
// why none may be sent. Cells that need none of this take a short way, in quick.go,
// with the same answer.
//
// The plans are those of E.164 numbers, as libphonenumber describes them; how
// people group and label their numbers follows ITU-T E.123 and RFC 3966, and how
// they are damaged is what Excel, LibreOffice and Google Sheets do to digits.
//
// Its one invariant: it never guesses. Of several ways to read the digits it
// uses the only one that is a valid number, and none where there are two; a
// country is never supplied, and parsing its own result gives the same number.
package phonenumber
