package heading

import (
	"strings"
	"testing"
)

func TestAddressable(t *testing.T) {
	tests := map[string]bool{
		"ada@example.com": true, "o'neil@example.com": true, "a_b.org#EXT#@example.onmicrosoft.com": true, "a+b@example.com": true,
		"zoë@example.com": true, "11111111-1111-4111-8111-11111111110F": true,
		strings.Repeat("x", MaxUserBytes-4) + "@x.y": true,

		"": false, "ada": false, "@example.com": false, "ada@": false, "a@b@c": false, "ada lovelace@example.com": false,
		"ada@example.com;bo@example.com": false, "Ada <ada@example.com>": false, `"ada"@example.com`: false,
		"ada\u00a0@example.com": false, "ada\u200b@example.com": false, "ada\x00@example.com": false, "ada\u0085@example.com": false,
		"11111111-1111-4111-8111-11111111110": false, "11111111-1111-4111-8111-11111111110g": false,
		"11111111-1111-4111-81111-1111111110f": false, "111111111111141118111111111111111110": false,
		strings.Repeat("x", MaxUserBytes-3) + "@x.y": false,

		"ada@example": false, "ada@example.com.": false, "ada@.example.com": false, "ada@example..com": false, "ada@-x.com": false, "ada@x-.com": false,
		"ada.@example.com": false, "ada@example.com/bo": false, "ada@example.com?": false, "ada@example.com:": false, "ada*@example.com": false,
		"m?ller@example.com": false, `CORP\ada@example.com`: false, "mailto:ada@example.com": false, "i:0#.f|membership|ada@example.com": false,
		"00000000-0000-0000-0000-000000000000": false, "ada@xn--mnchen-3ya.example": true, "ada@münchen.example": true, "ada@münchen..example": false,
	}
	for text, want := range tests {
		if got := Addressable(text); got != want {
			t.Errorf("Addressable(%q) = %t, want %t", text, got, want)
		}
	}
}
