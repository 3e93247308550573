package directory

import "strings"

// names are common given and family names, by language.
var names = [...]struct{ given, family string }{
	{ // English
		"Olivia Emma Charlotte Amelia Sophie Grace Hannah Lucy James William Henry Jack Thomas Samuel George Daniel",
		"Smith Jones Taylor Brown Wilson Evans Walker Wright Robinson Thompson White Hughes Green Hall Clarke Baker",
	},
	{ // Irish
		"Aoife Saoirse Niamh Ciara Róisín Caoimhe Sinéad Gráinne Conor Seán Cillian Oisín Pádraig Eoin Darragh Tadhg",
		"Murphy O'Brien O'Sullivan Byrne Ryan O'Connor Walsh Doyle Gallagher Doherty Kennedy Lynch Quinn Nolan Daly Keane",
	},
	{ // Spanish
		"Lucía María Sofía Carmen Inés Marta Raquel Begoña Hugo Martín Álvaro Javier José Andrés Íñigo Ramón",
		"García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Jiménez Ruiz Muñoz Álvarez Núñez Ibáñez Peña",
	},
	{ // Portuguese
		"Beatriz Inês Leonor Mariana Conceição Luísa Júlia Lívia João Gonçalo Tomás Simão Antônio Luís César Estêvão",
		"Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Gonçalves Araújo Conceição Simões Magalhães Leitão Falcão Assunção",
	},
	{ // French
		"Chloé Léa Inès Zoé Manon Éloïse Hélène Amélie Louis Jules Raphaël Théo François Jérôme Benoît Loïc",
		"Martin Bernard Dubois Petit Durand Leroy Moreau Lefèvre Roux Fournier Girard Mercier Besançon Prévost Lévêque Garçon",
	},
	{ // German
		"Mia Hannah Lena Johanna Käthe Jürgen Björn Günther Lukas Leon Felix Maximilian Jörg Sören Anneliese Heike",
		"Müller Schmidt Schneider Fischer Weber Wagner Schulz Hoffmann Schäfer Köhler Krüger Groß Weiß Böhm Jäger Strauß",
	},
	{ // Dutch
		"Sanne Femke Anouk Lotte Fleur Noor Daan Sem Bram Thijs Ruben Joris Pieter Maarten Koen Renée",
		"Jansen Visser Smit Meijer Mulder Bakker Dijkstra Hendriks Dekker Brouwer Peeters Maes Willems Claes Wouters Hermans",
	},
	{ // Italian
		"Giulia Aurora Alice Ginevra Chiara Martina Niccolò Francesco Alessandro Lorenzo Matteo Andrea Gabriele Davide Noemi Nicolò",
		"Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Cantù Fabbri Rinaldi",
	},
	{ // Swedish, Norwegian, Danish
		"Astrid Elsa Freja Ingrid Maja Åsa Märta Solveig Björn Lars Nils Håkan Göran Søren Jørgen Øyvind",
		"Andersson Johansson Karlsson Lindström Åberg Sjögren Öberg Nyström Hansen Larsen Sørensen Jørgensen Bjørnstad Østby Kjær Nygård",
	},
	{ // Finnish
		"Aino Helmi Venla Päivi Pirjo Kerttu Sanni Eevi Väinö Onni Eino Pekka Jyrki Mikko Tapio Heikki",
		"Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Saarinen Salminen Niemelä Kärkkäinen Pöyry",
	},
	{ // Polish
		"Zofia Hanna Małgorzata Agnieszka Grażyna Bożena Łucja Żaneta Jan Paweł Łukasz Michał Stanisław Wojciech Krzysztof Rafał",
		"Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Zieliński Szymański Woźniak Dąbrowski Kozłowski Jabłoński Gołąb Sikora Wróbel Żak",
	},
	{ // Czech, Slovak
		"Tereza Eliška Anežka Božena Kateřina Zuzana Šárka Ľubica Jiří Ondřej Tomáš Vojtěch Matěj Ľuboš Zdeněk Radek",
		"Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Růžička Beneš Žižka Šťastný Kováč",
	},
	{ // Hungarian
		"Hanna Zsófia Lili Réka Eszter Ágnes Ildikó Enikő Bence Máté Levente Ádám Gergő László Zoltán Győző",
		"Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Balogh Farkas Takács Juhász Mészáros Szűcs Hegedűs",
	},
	{ // Romanian
		"Ioana Andreea Elena Ștefania Mihaela Anca Crina Răzvan Ștefan Ion Mihai Bogdan Cătălin Ionuț Călin Dănuț",
		"Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Țurcanu Bălan Ștefănescu Câmpeanu",
	},
	{ // Turkish
		"Zeynep Elif Ayşe Özlem Çiğdem Gül Şule Nazlı Mehmet Ömer Çağrı Oğuz Barış Uğur Kaan Işık",
		"Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin Şimşek Güneş Ünal",
	},
	{ // Indian
		"Aarav Arjun Rohan Vikram Sanjay Rahul Aditya Karthik Ananya Diya Priya Kavya Lakshmi Meera Sunita Deepika",
		"Sharma Patel Singh Kumar Gupta Iyer Nair Reddy Rao Mehta Desai Joshi Banerjee Chatterjee Menon Kapoor",
	},
	{ // Chinese
		"Wei Fang Min Jing Lei Yan Juan Xiu Ming Hao Jun Chen Ling Yu Mei Xin",
		"Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Lü",
	},
	{ // Japanese
		"Haruto Yūto Sōta Ren Takumi Kenji Hiroshi Daichi Yui Aoi Hina Sakura Yōko Keiko Naomi Emi",
		"Satō Suzuki Takahashi Tanaka Watanabe Itō Yamamoto Nakamura Kobayashi Katō Yoshida Saitō Matsumoto Inoue Kimura Ōno",
	},
	{ // Yoruba, Igbo
		"Adebayo Oluwaseun Babatunde Olumide Chinedu Emeka Obinna Ikenna Folasade Titilayo Yetunde Ngozi Chioma Adaeze Ifeoma Amara",
		"Adeyemi Okafor Okonkwo Adebayo Nwosu Eze Ogunleye Balogun Akinola Oyelaran Chukwu Obi Olawale Ibe Uche Afolabi",
	},
	{ // Arabic
		"Fatima Aisha Layla Noor Salma Yasmin Amal Huda Omar Yusuf Ahmed Khalid Tariq Hassan Karim Samir",
		"Haddad Khoury Nasser Mansour Saleh Najjar Hamdan Rahman Farouk Aziz Qasim Bakri Sabbagh Shahin Darwish Zaki",
	},
}

// latin spells the letters of names in ASCII.
var latin = strings.NewReplacer(
	"á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ă", "a", "ą", "a", "æ", "ae", "ç", "c", "č", "c", "ď", "d",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ě", "e", "ğ", "g", "í", "i", "î", "i", "ï", "i", "ı", "i", "ľ", "l", "ł", "l",
	"ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ő", "o", "ø", "o", "ō", "o",
	"ř", "r", "ß", "ss", "ś", "s", "ş", "s", "š", "s", "ș", "s", "ť", "t", "ț", "t", "ù", "u", "ú", "u", "ü", "u",
	"ű", "u", "ū", "u", "ů", "u", "ý", "y", "ź", "z", "ż", "z", "ž", "z", "'", "",
)

// name is one name as it is written and as it stands in an address.
type name struct{ written, plain string }

// readNames gives the names of each language.
func readNames() (given, family [len(names)][]name) {
	read := func(list string) []name {
		var read []name
		for written := range strings.FieldsSeq(list) {
			read = append(read, name{written, latin.Replace(strings.ToLower(written))})
		}
		return read
	}
	for i, of := range names {
		given[i], family[i] = read(of.given), read(of.family)
	}
	return given, family
}
