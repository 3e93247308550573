package importfile

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// namedEncoding is one of those that a file has only if the user says so: bytes
// of one do not tell it from another.
type namedEncoding struct {
	encoding.Encoding
	name    string
	aliases []string // folded
}

// namedEncodings are those of East Asia, and all of one byte for each character.
var namedEncodings = sync.OnceValue(func() []namedEncoding {
	named := []namedEncoding{
		{japanese.ShiftJIS, "Shift_JIS", []string{"shiftjis", "sjis", "cp932", "windows31j"}},
		{japanese.EUCJP, "EUC-JP", []string{"eucjp"}},
		{simplifiedchinese.GBK, "GBK", []string{"gbk", "gb2312", "cp936"}},
		{simplifiedchinese.GB18030, "GB18030", []string{"gb18030", "cp54936"}},
		{traditionalchinese.Big5, "Big5", []string{"big5", "cp950"}},
		{korean.EUCKR, "EUC-KR", []string{"euckr", "cp949"}},
	}
	for _, e := range charmap.All {
		table, is := e.(*charmap.Charmap)
		if !is || table == charmap.XUserDefined {
			continue
		}
		name := strings.Replace(table.String(), "Windows ", "Windows-", 1)
		folded := strings.ToLower(lettersOf(name))
		aliases := []string{folded, "cp" + strings.TrimPrefix(folded, "windows"), "cp" + strings.TrimPrefix(folded, "ibmcodepage")}
		switch table {
		case charmap.ISO8859_1:
			aliases = append(aliases, "latin1")
		case charmap.Windows1252:
			aliases = append(aliases, "ansi")
		}
		named = append(named, namedEncoding{table, name, aliases})
	}
	return named
})

// encodingCalled finds one by what a person calls it, in lower case and without
// punctuation.
func encodingCalled(alias string) (namedEncoding, bool) {
	return findEncoding(func(e namedEncoding) bool { return slices.Contains(e.aliases, alias) })
}

// encodingNamed finds one by its own name.
func encodingNamed(name string) (namedEncoding, bool) {
	return findEncoding(func(e namedEncoding) bool { return e.name == name })
}

func findEncoding(is func(namedEncoding) bool) (namedEncoding, bool) {
	i := slices.IndexFunc(namedEncodings(), is)
	if i < 0 {
		return namedEncoding{}, false
	}
	return namedEncodings()[i], true
}
