"""The words for countries and regions, also as languages and peoples. A star stands for any ending."""

PLACES = """
g:WW = worldwide, world wide, world, ww, global, globals, globale, international, mundial*, mundiais, mundialmente,
  mundo, internacional*, dunya, kuresel, всемирн*, весь мир, мировые, мира, по всему миру, міжнародн*, світов*,
  seluruh dunia, mondial*, monde, weltweit, mondiali, swiatow*, عالمي*, جهانی, 전세계, 글로벌, 해외, 全球, 世界,
  グローバル, 世界中, विश्वव्यापी, ทั่วโลก, toan cau, quoc te, עולמי, weltweite*, aus aller welt, monde entier, tutto il
  mondo, todo el mundo, mundo todo, caly swiat, seluruh negara, thế giới, dünya çapında, dünya geneli
g:ARAB = arab, arabs, arabic, arabian, arabe, arabes, арабск*, арабы, араб, arap, gulf, mena, middle east, khaleeji,
  عربي*, عرب, العرب, خليجي*, خليج, 아랍, 阿拉伯, アラブ, अरब, อาหรับ, ערבים, арабські, arabi
g:LATAM = latam, latin, latino, latinos, latina, latinas, latin america, latin american, south america, south american,
  south americans, latinoamerica, latinoamerican*, латинская америк*, латинской америк*, латинскую америк*,
  латиноамерик*, latin amerika, america latina, 라틴, 拉美, लैटिन, لاتيني*
g:EU = europe, european, europa, europeu*, europeo*, europea*, европ*, європ*, avrupa*, eropa, europeen*, europaisch*,
  europe*, اوروبي*, أوروبا, اروپا*, 유럽, 欧洲, 歐洲, ヨーロッパ, यूरोप, ยุโรป, chau au
g:ASIA = asia, asian, asians, asiatic*, azia*, asya*, азиатск*, азия, азії, 아시아, 亚洲, アジア
g:AFRICA = africa, african, africain*, african*, африк*, afrika*
g:CIS = cis, снг
g:US = usa, us, u s a, american, americans, america, united states, eeuu, ee uu, estados unidos, estadounidense*,
  norte americano*, americano*, amerikan*, amerika, abd, сша, американ*, amerika serikat, americain*, amerikanisch*,
  etats unis, stany zjednoczone, amerykan*, امريكي*, آمریکا*, 미국, 미국인, 美国, 美國, アメリカ, अमेरिकी, अमेरिका,
  อเมริกา, אמריקאים
g:GB = ingles, ingleses, inglesas, uk, gb, united kingdom, british, britain, england, english uk, inglaterra,
  reino unido, britanic*, ingiliz*, ingiltere, британ*, англи*, великобритан*, inggris, royaume uni, britannique*,
  britisch*, inglesi, بريطاني*, بریتانیا, انگلیس, 영국, 英国, イギリス, ब्रिटेन
g:CA = canada, canadian, canadians, kanada*, канад*, canadense*, canadiense*, كندا, کانادا, 캐나다, 加拿大
g:AU = australia, australian, avustralya*, австрал*, استراليا, 호주, 澳大利亚, 澳洲
g:NZ = new zealand
g:BR = brazil, brasil, brazilian, brazilians, brasileir*, brazilia, brasilen*, brezilya*, бразил*, bresilien*, bresil,
  brasilianisch*, brasilian*, برازيل*, البرازيل, 브라질, 巴西, ブラジル, ब्राजील, บราซิล
g:PT = portugal, portugues de portugal, portekiz*, португал*, portuguese, البرتغال
g:ES = spain, spanish, españa, español*, spanien, espagn*, ispanya*, ispanyol*, испан*, іспан*, spagn*, hiszpan*,
  اسباني*, اسپانیا, 스페인, 西班牙, スペイン, espanhol*, espanha
g:MX = mexico, mexican, mexicans, mexicano*, mexicana*, meksik*, мексик*, 멕시코, 墨西哥
g:AR = argentina, argentine, argentino*, argentinian, arjantin*, аргентин*, 아르헨티나
g:CO = colombia, colombian, colombiano*, колумб*
g:CL = chile, chilean, chileno*
g:PE = peru, peruvian, peruano*
g:VE = venezuela, venezuelan, venezolano*
g:EC = ecuador, ecuatoriano*
g:TR = turkey, turkish, turk, turkiye, turks, turkce, türk*, turki, turquia, turc*, turco*, turca*, turk hesap*, турец*,
  турки, турков, турция, turquie, turkei, turkisch*, turcja, tureck*, تركي*, ترک, 터키, 튀르키예, 土耳其, トルコ, तुर्की,
  ตุรกี, tho nhi ky, טורקים
g:RU = russia, russian, russians, rus, ruso*, rusa*, russo*, russa*, rusya, русск*, росси*, рф, ру, росій*, rusia,
  russe*, russie, russisch*, russi, rosja, rosyjsk*, روسي*, 러시아, 俄罗斯, 俄羅斯, 俄国, ロシア, रूसी, रूस, รัสเซีย,
  רוסים
g:UA = ukraine, ukrainian, украин*, україн*, ukrayna*, ucrania*, ucraina, ukrain*, اوكرانيا, 우크라이나, 乌克兰
g:KZ = kazakhstan, kazakh, казах*, қазақ*, kazakistan
g:UZ = uzbekistan, uzbek, узбек*, o'zbek*, ozbek*
g:BY = belarus, беларус*, белорус*
g:AZ = azerbaijan, azerbaycan*, азербайджан*, azeri
g:GE = georgia, грузи*
g:AM = armenia, армян*, армени*
g:IN = india, indian, indians, hindi, hindistan*, hint, hintli, hintliler, индия, индий*, индус*, indiano*, indien*,
  indisch*, هندي*, الهند, هند, 인도, 印度, インド, भारत, भारतीय, อินเดีย, an do, הודים, desi
g:PK = pakistan, pakistani, pakistanis, пакистан*, باكستان*, پاکستان*, 파키스탄, 巴基斯坦
g:BD = bangladesh, bangladeshi, bengali, bangla, бангладеш*, বাংলাদেশ
g:NP = nepal, nepali
g:LK = sri lanka, sri lankan, srilanka
g:ID = indonesia, indonesian, indo, indonesio*, endonezya*, индонез*, اندونيسي*, 인도네시아, 印尼, 印度尼西亚,
  インドネシア
g:MY = malaysia, malaysian, malezya, малайз*, ماليزيا, 말레이시아, 马来西亚
g:SG = singapore, singapura
g:PH = philippines, filipino, filipinos, philippine, pinoy, filipinas, филиппин*, 필리핀, 菲律宾
g:TH = thailand, thai, thailandia, tayland, тайланд*, تايلاند, 태국, 泰国, タイ, ไทย, คนไทย, thai lan
g:VN = vietnam, vietnamese, viet nam, viet, vietnamita*, вьетнам*, فيتنام, 베트남, 越南, ベトナム, เวียดนาม, việt
g:KR = korea, korean, koreans, south korea, kore, koreli, корей*, корея, corea, coreano*, coreia, coreen*, koreanisch*,
  كوري*, کره, 한국, 한국인, 국내, 韩国, 韓国, 韓國, कोरिया, เกาหลี, han quoc, קוריאה
g:JP = japan, japanese, japon*, japones*, япон*, jepang, japanisch*, ياباني*, اليابان, ژاپن*, 일본, 일본인, 日本,
  日本人, जापान, ญี่ปุ่น, nhat ban, giappone, giapponesi
g:CN = china, chinese, chino*, chines*, çin, çinli, китай*, tiongkok, chinois*, chinesisch*, صيني*, الصين, چین, 중국,
  中国, 中國, 中国人, चीन, จีน, trung quoc, cina, cinesi
g:TW = taiwan, taiwanese, tayvan, тайван*, 대만, 台湾, 台灣
g:HK = hong kong, hongkong, 香港, 홍콩
g:DE = germany, german, germans, deutsch*, deutschland, aleman*, alemao, alemanha, alemania, alman*, герман*, немец*,
  немц*, німец*, jerman, allemand*, allemagne, tedesch*, germania, niemieck*, niemcy, الماني*, آلمان, 독일, 德国,
  ドイツ, जर्मन, đức
g:FR = france, french, frances*, fransiz*, fransa, франц*, prancis, francais*, franzosisch*, frankreich, francia,
  francesi, francuski*, فرنسي*, فرنسا, فرانسه, 프랑스, 法国, フランス, फ्रेंच, pháp
g:IT = italiani, italiane, italy, italian, italians, italia, italiano*, italiana*, italyan*, italya, итал*, італ*,
  italien*, italie, wlosk*, ايطالي*, ایتالیا, 이탈리아, 意大利, イタリア
g:PL = poland, polish, polska, polski*, polonya, польск*, польша, polonia, polaco*, polnisch*, بولندا, 폴란드
g:NL = netherlands, dutch, holland, hollanda, голланд*, нидерланд*
g:SE = sweden, swedish, isvec
g:RO = romania, romanian, romen, румын*
g:GR = greece, greek, yunan*, греч*
g:RS = serbia, serbian
g:IL = israel, israeli, israil, израил*, اسرائيل, ישראל, ישראלים, ישראלי, hebrew
g:IR = iran, iranian, persian, farsi, иран*, ايراني*, ایران, فارسی, 이란, 伊朗
g:IQ = iraq, iraqi, irak, عراقي*, العراق, عراق
g:SA = saudi, ksa, saudi arabia, saudia, suudi, саудов*, سعودي*, السعودية, عربستان, 사우디, 沙特
g:AE = uae, emirates, emirati, emiratos, emiraty, dubai, оаэ, اماراتي*, الامارات, امارات, 아랍에미리트, 阿联酋
g:KW = kuwait, kuwaiti, كويتي*, الكويت, kuveyt
g:QA = qatar, qatari, قطري*, قطر
g:BH = bahrain, bahraini
g:OM = oman, omani
g:JO = jordan, jordanian
g:LB = lebanon, lebanese
g:EG = egypt, egyptian, egipto, egito, misir, египет*, مصري*, مصر, 이집트, 埃及
g:MA = morocco, moroccan, maroc, marruecos, марокк*, مغربي*, المغرب
g:DZ = algeria, algerian, algerie, جزائري*, الجزائر
g:TN = tunisia, tunisian, تونسي*
g:NG = nigeria, nigerian, nijerya, nigerians, нигери*, नाइजीरिया, 나이지리아
g:KE = kenya, kenyan
g:GH = ghana, ghanaian
g:ZA = south africa, south african
g:ET = ethiopia, ethiopian
g:IE = ireland, irish, irlanda
g:BE = belgium, belgian, belgica
g:CH = switzerland, swiss, suica, suiza, isvicre
g:AT = austria, austrian, avusturya
g:DK = denmark, danish
g:NO = norway, norwegian
g:FI = finland, finnish
g:CZ = czech, czechia
g:SK = slovakia, slovak
g:HU = hungary, hungarian
g:BG = bulgaria, bulgarian, болгар*
g:HR = croatia, croatian
g:SI = slovenia
g:AL = albania, albanian
g:MK = macedonia
g:BA = bosnia
g:ME = montenegro
g:LT = lithuania
g:LV = latvia
g:EE = estonia
g:MD = moldova, молдав*, молдов*
g:TM = turkmenistan, turkmen
g:TJ = tajikistan, tajik, таджик*
g:KG = kyrgyzstan, kyrgyz, кыргыз*, киргиз*
g:AF = afghanistan, afghan, افغان*
g:SY = syria, syrian, سوري*
g:PS = palestine, palestinian, فلسطين*
g:YE = yemen, yemeni, اليمن
g:LY = libya, libyan, ليبيا, ليبي
g:SD = sudan, sudanese, السودان
g:MM = myanmar, burma
g:KH = cambodia, khmer
g:LA = laos
g:MN = mongolia, mongolian
g:CM = cameroon
g:SN = senegal
g:CI = ivory coast
g:TZ = tanzania
g:UG = uganda
g:ZM = zambia
g:ZW = zimbabwe
g:AO = angola
g:MZ = mozambique
g:CU = cuba, cuban
g:DO = dominican
g:PR = puerto rico
g:GT = guatemala
g:HN = honduras
g:CR = costa rica
g:PA = panama
g:UY = uruguay
g:PY = paraguay
g:BO = bolivia
g:CY = cyprus
g:IS = iceland
g:LU = luxembourg
"""

# Codes that are also words or other short forms are taken only where they stand alone between separators.
_ALONE = """
AE AR AT AU BE BG CA CH CL CN CO CZ DE DK ES FI FR GR HU ID IE IL IN IR IT KZ MA MX MY NL NO NZ PE PH PK PL PT RO RS SA
SE SG TH TW UA UZ ZA
"""
_ANYWHERE = "BD BR EG JP KR NG RU TR VN"
CODES_ALONE, CODES_ANYWHERE = frozenset(_ALONE.split()), frozenset(_ANYWHERE.split())
