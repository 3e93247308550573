package authmethod

import (
	"regexp"
	"strings"
)

// extensionMark is everything that is commonly written between a number and
// its extension. A mark without digits after it is an empty extension, which
// HR exports print for everybody who has none.
var extensionMark = regexp.MustCompile(`(?i)[ ,;]*([(\[]?) *(?:extension|exten|extn?|xt?n?|#|доб|внутр|durchwahl|dw|kl|app|poste|interno|int|anexo|ramal|wew|toestel)[ .:=#-]*([0-9]*) *([)\]]?)$`)

// unknownMark is a word where the mark of an extension would stand.
var unknownMark = regexp.MustCompile(`[0-9)] [(\[]?\pL{2,}[ .:=#-]*[0-9]{1,6}[)\]]?$`)

// maxExtension is the longest extension that is sent. Graph documents none;
// longer ones are two numbers run together.
const maxExtension = 10

// takeExtension splits the extension off and returns the rest.
func (rd *reading) takeExtension(text string) (string, *Problem) {
	if strings.Trim(text, "+0123456789 ()-./") == "" {
		return text, nil
	}
	match := extensionMark.FindStringSubmatchIndex(text)
	if match == nil || match[0] == 0 || (match[2] == match[3]) != (match[6] == match[7]) {
		return text, nil
	}
	rest := strings.TrimSpace(text[:match[0]])
	if scientific.MatchString(text) {
		return text, nil // "4.4x10" is no number with an extension
	}
	rd.extension = text[match[4]:match[5]]
	if len(rd.extension) > maxExtension {
		return "", problemExtensionTooLong()
	}
	if rd.extension == "" && !hasLetters(rest) {
		rd.note(noteEmptyExtension())
	}
	return rest, nil
}
