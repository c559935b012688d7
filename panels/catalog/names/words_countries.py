"""The names of countries and of their peoples in more languages. A star stands for any ending."""

COUNTRIES = """
g:AE = vereinigte arabische emirate, united arab emirates, арабские эмираты, арабські емірати, birleşik arap
  emirlikleri, emirados árabes, emirados árabes unidos, emiratos árabes, emiratos árabes unidos, uni emirat arab,
  الامارات العربيه المتحده, संयुक्त अरब अमीरात, émirats arabes unis, émirats, emirati arabi uniti, アラブ首長国連邦,
  阿拉伯联合酋长国, 阿拉伯聯合大公國, امارات متحده عربي
g:AF = афганистан, афганістан, afganistan*, afeganistão, afganistán, 아프가니스탄, अफ़गानिस्तान, アフガニスタン,
  阿富汗, อัฟกานิสถาน, afgʻoniston
g:AL = албани*, албані*, arnavutluk*, 알바니아, البانيا, अल्बानिया, albanien, albanie, アルバニア, 阿尔巴尼亚,
  阿爾巴尼亞, แอลเบเนีย, الباني, albaniya
g:AM = вірмені*, ermenistan*, 아르메니아, ارمينيا, आर्मेनिया, armenien, arménie, アルメニア, 亚美尼亚, 亞美尼亞,
  อาร์เมเนีย, ارمنستان, armaniston
g:AO = ангол*, 앙골라, انغولا, अंगोला, アンゴラ, 安哥拉, แองโกลา, انگولا, angolan*
g:AR = الارجنتين, अर्जेंटीना, argentinien, argentyn*, アルゼンチン, 阿根廷, อาร์เจนตินา, ارژانتين, argentina*
g:AT = австри*, австрі*, 오스트리아, النمسا, ऑस्ट्रिया, áo, österreich, autriche, オーストリア, 奥地利, 奧地利,
  ออสเตรีย, اتريش, avstriya, австрийск*, austriaco*, austriaca*, autrichien*, österreichisch*
g:AU = 오스트레일리아, ऑस्ट्रेलिया, úc, australien, australie, オーストラリア, ออสเตรเลีย, avstraliya, australiano*,
  australisch*, استرالي*
g:AZ = azerbaijão, azerbaiyán, 아제르바이잔, اذربيجان, अज़रबैजान, aserbaidschan, azerbaïdjan, azerbaigian,
  azerbejdżan, アゼルバイジャン, 阿塞拜疆, 亞塞拜然, อาเซอร์ไบจาน, جمهوري اذربايجان, ozarbayjon
g:BA = босния и герцеговина, боснія і герцеговина, bosna hersek, 보스니아 헤르체고비나, البوسنه والهرسك, बोस्निया और
  हर्ज़ेगोविना, bosnien und herzegowina, bosnie herzégovine, 波斯尼亚和黑塞哥维那, 波士尼亞與赫塞哥維納,
  บอสเนียและเฮอร์เซโกวีนา, بوسني و هرزگوين, bosniya va gertsegovina
g:BD = bangladeş*, bangladés, 방글라데시, بنغلاديش, बांग्लादेश, bangladesch, bangladesz, バングラデシュ, 孟加拉国,
  孟加拉, บังกลาเทศ, بنگلادش
g:BE = бельги*, бельгі*, belçika*, belgia, 벨기에, بلجيكا, बेल्जियम, bỉ, belgien, belgique, belgio, belgi*, ベルギー,
  比利时, 比利時, เบลเยียม, بلژيك, belgiya, бельгийск*, belga*, belge*, belgisch*
g:BF = burkina faso
g:BG = bulgaristan*, 불가리아, بلغاريا, बुल्गारिया, bulgarien, bulgarie, ブルガリア, 保加利亚, 保加利亞, บัลแกเรีย,
  بلغارستان, bolgariya, búlgaro*, bulgare*, bulgarisch*
g:BH = бахрейн, bahreyn*, baréin, 바레인, البحرين, बहरीन, bahreïn, bahrein, bahrajn, バーレーン, 巴林, บาห์เรน,
  بحرين, bahrayn, بحريني*
g:BJ = benin, bénin
g:BO = боливи*, боліві*, bolivya*, 볼리비아, بوليفيا, बोलीविया, bolivien, bolivie, boliwi*, ボリビア, 玻利维亚,
  玻利維亞, โบลิเวีย, بوليوي, boliviya, boliviano*, boliviana*
g:BR = ब्राज़ील, brasilien, brasile, brazyli*, برزيل, braziliya
g:BY = білорусь, bielorrússia, bielorrusia, 벨라루스, بيلاروس, बेलारूस, biélorussie, bielorussia, bialoruś,
  ベラルーシ, เบลารุส, بلاروس, 白俄罗斯, 白俄羅斯
g:CA = कनाडा, カナダ, แคนาดา, canadien*, kanadisch*, كندي*
g:CD = congo, rd congo, congolais*, конго, 콩고, 刚果, コンゴ, الكونغو
g:CH = швейцари*, швейцарі*, 스위스, سويسرا, स्विट्ज़रलैंड, thụy sĩ, schweiz, suisse, svizzera, szwajcari*, スイス, 瑞士,
  สวิตเซอร์แลนด์, سوئيس, shveytsariya, швейцарск*, suizo*, suiza*, schweizer*
g:CI = côte d'ivoire, кот д'ивуар, кот д'івуар, costa do marfim, 코트디부아르, ساحل العاج, कोत दिवुआर, costa
  d'avorio, コートジボワール, 科特迪瓦, 象牙海岸, โกตดิวัวร์, ساحل عاج, kot d'ivuar, ivoirien*
g:CL = чили, чилі, şili, 칠레, تشيلي, चिली, チリ, 智利, ชิลี, شيلي, чилийск*, chilena*, chilien*
g:CM = камерун, kamerun*, camarões, camerún, 카메룬, الكاميرون, कैमरून, cameroun, camerun, カメルーン, 喀麦隆, 喀麥隆,
  แคเมอรูน, كامرون, camerounais*
g:CN = chine, chiny, xitoy
g:CO = kolombiya*, kolombia, 콜롬비아, كولومبيا, कोलंबिया, kolumbien, colombie, kolumbi*, コロンビア, 哥伦比亚,
  哥倫比亞, โคลอมเบีย, كلمبيا, kolumbiya, colombiana*, colombien*
g:CR = коста рика, kosta rika, كوستاريكا, कोस्टारिका, kostaryk*, コスタリカ, 哥斯达黎加, 哥斯大黎加, คอสตาริกา,
  كاستاريكا, 코스타리카, costarricense*
g:CU = куба, küba, kuba, 쿠바, كوبا, क्यूबा, キューバ, 古巴, คิวบา, кубинск*, cubano*, cubana*
g:CY = кипр, кіпр, kibris*, chipre, siprus, 키프로스, قبرص, साइप्रस, síp, zypern, chypre, cipro, cypr, キプロス,
  塞浦路斯, 賽普勒斯, ไซปรัส, قبرس, kipr
g:CZ = чехия, чехія, çekya*, tchéquia, chequia, ceko, 체코, التشيك, चेकिया, séc, tschechien, tchéquie, cechia,
  czechy, チェコ, 捷克, เช็ก, chexiya, чешск*, checo*, checa*, tchèque*, tschechisch*
g:DE = німеччин*, जर्मनी, 德國, เยอรมนี, germaniya
g:DK = дания, данія, danimarka*, dinamarca, 덴마크, الدانمرك, डेनमार्क, dan mạch, dänemark, danemark, danimarca,
  dania, デンマーク, 丹麦, 丹麥, เดนมาร์ก, دانمارك, daniya, датск*, danés*, danois*, dänisch*
g:DO = 도미니카, доминиканская республика, домініканська республіка, dominik cumhuriyeti, república dominicana, republik
  dominika, جمهوريه الدومينيكان, डोमिनिकन गणराज्य, cộng hòa dominica, dominikanische republik, république
  dominicaine, repubblica dominicana, dominikan*, ドミニカ共和国, 多米尼加共和国, 多明尼加共和國, สาธารณรัฐโดมินิกัน,
  جمهوري دومينيكن, dominikan respublikasi, dominicano*, dominicana*
g:DZ = алжир, cezayir*, argélia, argelia, aljazair, 알제리, अल्जीरिया, algerien, algieri*, アルジェリア, 阿尔及利亚,
  阿爾及利亞, แอลจีเรีย, الجزاير, jazoir, алжирск*, argelin*, algérien*
g:EC = эквадор, еквадор, ekvador*, equador, ekuador, 에콰도르, الاكوادور, इक्वाडोर, équateur, ekwador, エクアドル,
  厄瓜多尔, 厄瓜多, เอกวาดอร์, اكوادور, ecuatoriana*
g:EE = эстони*, естоні*, estonya*, 에스토니아, استونيا, एस्टोनिया, estland, estonie, エストニア, 爱沙尼亚, 愛沙尼亞,
  เอสโตเนีย, استوني, estoniya, эстонск*
g:EG = єгипет, mesir, मिस्र, ai cập, ägypten, égypte, egitto, egipt, エジプト, อียิปต์, misr, egipcio*, égyptien*,
  ägyptisch*
g:ES = spanyol, स्पेन, tây ban nha, สเปน, ispaniya
g:ET = эфиопи*, ефіопі*, etiyopya*, etiópia, etiopía, etiopia, 에티오피아, اثيوبيا, इथियोपिया, äthiopien, éthiopie,
  etiopi*, エチオピア, 埃塞俄比亚, 衣索比亞, เอธิโอเปีย, اتيوپي, efiopiya
g:FI = финлянди*, фінлянді*, finlandiya*, finlândia, finlandia, 핀란드, فنلندا, फ़िनलैंड, phần lan, finnland, finlande,
  finlandi*, フィンランド, 芬兰, 芬蘭, ฟินแลนด์, فنلاند, финск*, finlandés*, finlandais*, finnisch*
g:FR = frança, फ़्रांस, francj*, 法國, ฝรั่งเศส, fransiya
g:GA = gabon
g:GB = birleşik krallik, المملكه المتحده, यूनाइटेड किंगडम, vương quốc anh, vereinigtes königreich, regno unito, wielka
  brytania, 英國, สหราชอาณาจักร, buyuk britaniya
g:GE = грузі*, gürcistan*, 조지아, جورجيا, जॉर्जिया, georgien, géorgie, gruzj*, ジョージア, 格鲁吉亚, 喬治亞, จอร์เจีย,
  گرجستان, gruziya
g:GH = гана, 가나, غانا, घाना, ガーナ, 加纳, 迦納, กานา, غنا
g:GR = греци*, греці*, grécia, grecia, 그리스, اليونان, यूनान, hy lạp, griechenland, grèce, grecj*, ギリシャ, 希腊,
  希臘, กรีซ, يونان, gretsiya, griego*, griega*, griechisch*, يوناني*
g:GT = гватемал*, 과테말라, غواتيمالا, ग्वाटेमाला, gwatemal*, グアテマラ, 危地马拉, 瓜地馬拉, กัวเตมาลา, گواتمالا,
  gvatemala, guatemaltec*
g:HK = гонконг, оар китаю, हाँग काँग, gonkong
g:HN = гондурас, 온두라스, هندوراس, होंडूरास, ホンジュラス, 洪都拉斯, 宏都拉斯, ฮอนดูรัส, gonduras, hondureñ*,
  hondurenh*
g:HR = хорвати*, хорваті*, hirvatistan*, croácia, croacia, kroasia, 크로아티아, كرواتيا, क्रोएशिया, kroatien,
  croatie, croazia, chorwacj*, クロアチア, 克罗地亚, 克羅埃西亞, โครเอเชีย, كرواسي, xorvatiya, хорватск*, croata*,
  kroatisch*
g:HT = гаити, гаїті, haiti*, haití, 아이티, هايتي, हैती, haïti, ハイチ, 海地, เฮติ, هائيتي, gaiti
g:HU = венгри*, угорщин*, macaristan*, hungria, hungría, hungaria, 헝가리, هنغاريا, हंगरी, ungarn, hongrie, ungheria,
  węgry, ハンガリー, 匈牙利, ฮังการี, مجارستان, vengriya, венгерск*, húngaro*, hongrois*, ungarisch*
g:ID = індонезі*, इंडोनेशिया, indonesien, indonésie, indonezj*, อินโดนีเซีย, اندونزي, indoneziya, indonesisch*,
  indonésien*
g:IE = ирланди*, ірланді*, irlandia, 아일랜드, ايرلندا, आयरलैंड, irland, irlande, irlandi*, アイルランド, 爱尔兰,
  愛爾蘭, ไอร์แลนด์, ايرلند, irlandiya
g:IL = ізраїль, 이스라엘, इज़राइल, israele, izrael, イスラエル, 以色列, อิสราเอล, isroil, israelí*, israélien*
g:IN = індія, inde, hindiston
g:IQ = ирак, ірак, iraque, 이라크, इराक, イラク, 伊拉克, อิรัก, iroq
g:IR = іран, irã, ईरान, イラン, อิหร่าน, eron, iraní*, iranien*, iranisch*
g:IS = исланди*, ісланді*, izlanda*, islândia, islandia, 아이슬란드, ايسلندا, आइसलैंड, islande, islanda, islandi*,
  アイスランド, 冰岛, 冰島, ไอซ์แลนด์, ايسلند, islandiya
g:IT = इटली, wlochy, 義大利, อิตาลี, italiya
g:JM = jamaica, ямайк*, jamaika*, 자메이카, جامايكا, जमैका, jamaïque, giamaica, jamajk*, ジャマイカ, 牙买加, 牙買加,
  จาเมกา, جامائيكا, yamayka
g:JO = иордани*, йордані*, ürdün*, jordânia, jordania, yordania, 요르단, الاردن, जॉर्डन, jordanien, jordanie,
  giordania, jordani*, ヨルダン, 约旦, 約旦, จอร์แดน, اردن, iordaniya, اردني*
g:JP = japão, yaponiya
g:KE = кения, кенія, quênia, kenia, 케냐, كينيا, केन्या, ケニア, 肯尼亚, 肯亞, เคนยา, كنيا, keniya, кенийск*
g:KG = kirgizistan*, quirguistão, kirguistán, kirgizstan, 키르기스스탄, قيرغيزستان, किर्गिज़स्तान, kirgisistan,
  kirghizstan, kirghizistan, kirgistan, キルギス, 吉尔吉斯斯坦, 吉爾吉斯, คีร์กีซสถาน, قرقيزستان, qirgʻiziston
g:KH = камбодж*, kamboçya*, camboja, camboya, kamboja, 캄보디아, كمبوديا, कंबोडिया, campuchia, kambodscha, cambodge,
  cambogia, kambodż*, カンボジア, 柬埔寨, กัมพูชา, كامبوج, kambodja
g:KR = 대한민국, südkorea, corée du sud, 南韓, كرهٔ جنوبي, janubiy koreya
g:KW = кувейт, 쿠웨이트, कुवैत, koweït, kuwejt, クウェート, 科威特, คูเวต, كويت, quvayt, кувейтск*, kuwaití*
g:KZ = cazaquistão, kazajistán, 카자흐스탄, كازاخستان, कज़ाखस्तान, kasachstan, kazachstan, カザフスタン, 哈萨克斯坦,
  哈薩克, คาซัคสถาน, قزاقستان, qozogʻiston
g:LA = лаос, 라오스, لاوس, लाओस, lào, ラオス, 老挝, 寮國, ลาว, لائوس
g:LB = ливан, ліван, lübnan*, líbano, 레바논, لبنان, लेबनान, li băng, libanon, liban, libano, レバノン, 黎巴嫩,
  เลบานอน, livan, لبناني*
g:LK = шри ланка, шрі ланка, 스리랑카, سريلانكا, श्रीलंका, スリランカ, 斯里兰卡, 斯里蘭卡, shri lanka, ศรีลังกา
g:LT = литва, litvanya*, lituânia, lituania, 리투아니아, ليتوانيا, लिथुआनिया, litva, litauen, lituanie, litwa,
  リトアニア, 立陶宛, ลิทัวเนีย, ليتواني, литовск*
g:LU = люксембург, lüksemburg*, luxemburgo, luksemburg, 룩셈부르크, لوكسمبورغ, लग्ज़मबर्ग, luxemburg, lussemburgo,
  ルクセンブルク, 卢森堡, 盧森堡, ลักเซมเบิร์ก, لوكزامبورگ, lyuksemburg
g:LV = латви*, латві*, letonya*, letônia, letonia, 라트비아, لاتفيا, लातविया, lettland, lettonie, lettonia, lotwa,
  ラトビア, 拉脱维亚, 拉脫維亞, ลัตเวีย, لتوني, latviya, латышск*, латвийск*
g:LY = ливия, лівія, líbia, libia, 리비아, लीबिया, libyen, libye, リビア, 利比亚, 利比亞, ลิเบีย, liviya, ليبي*
g:MA = fas, marrocos, maroko, 모로코, मोरक्को, ma rốc, marokko, marocco, モロッコ, 摩洛哥, โมร็อกโก, مراكش, marokash,
  marroqu*, marocain*, marokkanisch*, fasli*
g:MD = moldávia, moldavia, 몰도바, مولدوفا, मॉल्डोवा, republik moldau, moldavie, moldawi*, モルドバ, 摩尔多瓦,
  摩爾多瓦, มอลโดวา, مولداوي
g:ME = черногори*, чорногорі*, karadağ*, 몬테네그로, الجبل الاسود, मोंटेनेग्रो, czarnogór*, モンテネグロ, 黑山,
  蒙特內哥羅, มอนเตเนโกร, مونتهنگرو, chernogoriya
g:MG = madagascar, мадагаскар, madagaskar*, 마다가스카르, مدغشقر, मेडागास्कर, マダガスカル, 马达加斯加, 馬達加斯加,
  มาดากัสการ์, ماداگاسكار
g:MK = северная македония, північна македонія, kuzey makedonya, makedonia utara, 북마케도니아, مقدونيا الشماليه,
  उत्तरी मकदूनिया, nordmazedonien, macédoine du nord, 北マケドニア, 北马其顿, 北馬其頓, มาซิโดเนียเหนือ, مقدونيهٔ شمالي,
  shimoliy makedoniya
g:ML = mali, malien*
g:MM = мьянм*, м'янм*, mianmar, 미얀마, ميانمار, म्यांमार, mjanm*, ミャンマー, 缅甸, 緬甸, เมียนมา, myanma
g:MN = монголи*, монголі*, moğolistan*, 몽골, منغوليا, मंगोलिया, mông cổ, mongolei, mongolie, モンゴル, 蒙古,
  มองโกเลีย, مغولستان, mongoliya, монгольск*
g:MR = mauritania, мавритани*, мавритані*, moritanya*, mauritânia, 모리타니, موريتانيا, मॉरिटानिया, mauretanien,
  mauritanie, mauretani*, モーリタニア, 毛里塔尼亚, 茅利塔尼亞, มอริเตเนีย, موريتاني, mavritaniya
g:MT = мальт*, malta*, 몰타, مالطا, माल्टा, マルタ, 马耳他, 馬爾他, มอลตา, مالت
g:MU = маврикий, маврикій, mauritius*, 모리셔스, موريشيوس, मॉरीशस, モーリシャス, 毛里求斯, 模里西斯, มอริเชียส,
  mavrikiy
g:MV = maldives, мальдивы, мальдів*, maldivler*, maldivas, maladewa, 몰디브, جزر المالديف, मालदीव, malediven,
  maldive, malediwy, モルディブ, 马尔代夫, 馬爾地夫, มัลดีฟส์, مالديو, maldiv orollari
g:MX = المكسيك, मैक्सिको, mexiko, mexique, messico, meksyk, メキシコ, เม็กซิโก, مكزيك, mexicain*, mexikanisch*, مكسيكي*
g:MY = malásia, malasia, मलेशिया, malaisie, malezj*, マレーシア, 馬來西亞, มาเลเซีย, مالزي, malayziya, ماليزي*
g:MZ = мозамбик, мозамбік, mozambik*, moçambique, 모잠비크, موزمبيق, मोज़ांबिक, mosambik, mozambico, モザンビーク,
  莫桑比克, 莫三比克, โมซัมบิก, موزامبيك, moçambican*
g:NG = нігері*, نيجيريا, ナイジェリア, 尼日利亚, 奈及利亞, ไนจีเรีย, نيجريه, nigeriya, nigeriano*, nigeriana*, نيجيري*
g:NI = nicaragua, никарагу*, нікарагу*, nikaragua*, nicarágua, 니카라과, نيكاراغوا, निकारागुआ, nikaragu*, ニカラグア,
  尼加拉瓜, นิการากัว, نيكاراگوئه, nicaragüense*
g:NL = нідерланд*, países baixos, países bajos, belanda, 네덜란드, هولندا, नीदरलैंड, hà lan, niederlande, pays bas,
  paesi bassi, holandi*, オランダ, 荷兰, 荷蘭, เนเธอร์แลนด์, هلند, niderlandiya, holandés*, holandes*, neerlandés*,
  hollandais*, néerlandais*, niederländisch*, hollandali*, هولندي*
g:NO = норвеги*, норвегі*, norveç*, noruega, norwegia, 노르웨이, النرويج, नॉर्वे, na uy, norwegen, norvège, norvegia,
  norwegi*, ノルウェー, 挪威, นอร์เวย์, نروژ, norvegiya, норвежск*, noruego*, norvégien*, norwegisch*
g:NP = непал, 네팔, نيبال, नेपाल, ネパール, 尼泊尔, 尼泊爾, เนปาล, نپال
g:NZ = новая зеландия, нова зеландія, yeni zelanda, nova zelândia, nueva zelanda, selandia baru, 뉴질랜드,
  نيوزيلندا, न्यूज़ीलैंड, neuseeland, nouvelle zélande, nuova zelanda, nowa zelandia, ニュージーランド, 新西兰, 紐西蘭,
  นิวซีแลนด์, نيوزيلند, yangi zelandiya
g:OM = оман, umman*, omã, 오만, عُمان, ओमान, オマーン, 阿曼, โอมาน, عمان, ummon, عماني*
g:PA = панам*, 파나마, بنما, पनामा, パナマ, 巴拿马, 巴拿馬, ปานามา, پاناما, panameñ*
g:PE = перу, 페루, بيرو, पेरू, pérou, ペルー, 秘鲁, 秘魯, เปรู, перуанск*, peruana*, péruvien*
g:PH = філіппін*, filipinler*, الفلبين, फ़िलिपींस, philippinen, filippine, filipiny, フィリピン, 菲律賓, ฟิลิปปินส์,
  فيليپين, filippin, philippin*, filipina*, فلبيني*
g:PK = paquistão, पाकिस्तान, パキスタン, ปากีสถาน, pokiston, pakistanais*, paquistan*
g:PL = польщ*, polandia, पोलैंड, ba lan, polen, pologne, ポーランド, 波兰, 波蘭, โปแลนด์, لهستان, polsha, polonais*,
  بولندي*
g:PR = пуэрто рико, пуерто рико, porto riko, porto rico, puerto riko, 푸에르토리코, بورتوريكو, पोर्टो रिको,
  portorico, portoryko, プエルトリコ, 波多黎各, เปอร์โตริโก, پورتوريكو
g:PS = палестинские территории, палестинські території, filistin bölgeleri, territórios palestinos, territorios
  palestinos, wilayah palestina, फ़िलिस्तीनी क्षेत्र, palästinensische autonomiegebiete, territoires palestiniens,
  territori palestinesi, terytoria palestyńskie, パレスチナ自治区, 巴勒斯坦领土, 巴勒斯坦自治區, ดินแดนปาเลสไตน์,
  falastin hududlari, palestina, палестин*, filistin*, 팔레스타인, パレスチナ, 巴勒斯坦, palästina
g:PT = 포르투갈, पुर्तगाल, bồ dào nha, portogallo, portugali*, ポルトガル, 葡萄牙, โปรตุเกส, پرتغال, portugaliya,
  português*, portugiesisch*, portugais*, portugues*, برتغالي*
g:PY = парагвай, paraguai, 파라과이, باراغواي, पराग्वे, paragwaj, パラグアイ, 巴拉圭, ปารากวัย, پاراگوئه, paragvay,
  paraguayo*, paraguaya*, paraguaio*
g:QA = катар, katar*, catar, 카타르, क़तर, カタール, 卡塔尔, 卡達, กาตาร์, катарск*
g:RO = румуні*, romanya*, romênia, rumanía, rumania, 루마니아, رومانيا, रोमानिया, rumänien, roumanie, rumuni*,
  ルーマニア, 罗马尼亚, 羅馬尼亞, โรมาเนีย, ruminiya, rumano*, roumain*, rumänisch*, روماني*
g:RS = серби*, сербі*, sirbistan*, sérvia, 세르비아, صربيا, सर्बिया, serbien, serbie, セルビア, 塞尔维亚, 塞爾維亞,
  เซอร์เบีย, صربستان, serbiya, сербск*, serbio*, serbe*, serbisch*
g:RU = росія, nga, russland, rossiya
g:RW = rwanda, руанд*, ruanda*, 르완다, رواندا, रवांडा, rwand*, ルワンダ, 卢旺达, 盧安達, รวันดา
g:SA = саудівська аравія, arábia saudita, arabie saoudite, arabia saudita, arabia saudyjska, サウジアラビア,
  ซาอุดีอาระเบีย, saudiya arabistoni, 沙特阿拉伯, 沙烏地阿拉伯, सऊदी अरब, المملكه العربيه السعوديه, arab saudi, سعود*,
  saudi*, saoudien*, saudisch*
g:SD = судан, sudão, 수단, सूडान, soudan, スーダン, 苏丹, 蘇丹, ซูดาน, سودان, سوداني*
g:SE = швеци*, швеці*, suécia, suecia, swedia, 스웨덴, السويد, स्वीडन, thụy diển, schweden, suède, svezia, szwecj*,
  スウェーデン, 瑞典, สวีเดน, سوئد, shvetsiya, шведск*, sueco*, sueca*, suédois*, schwedisch*, سويدي*
g:SG = сингапур, сінгапур, singapur*, 싱가포르, سنغافوره, सिंगापुर, singapour, シンガポール, 新加坡, สิงคโปร์, سنگاپور
g:SI = словени*, словені*, slovenya*, eslovênia, eslovenia, 슬로베니아, سلوفينيا, स्लोवेनिया, slowenien, slovénie,
  sloweni*, スロベニア, 斯洛文尼亚, 斯洛維尼亞, สโลวีเนีย, اسلووني, sloveniya
g:SK = словаки*, словаччин*, slovakya*, eslováquia, eslovaquia, 슬로바키아, سلوفاكيا, स्लोवाकिया, slowakei,
  slovaquie, slovacchia, slowacj*, スロバキア, 斯洛伐克, สโลวะเกีย, اسلواكي, slovakiya
g:SN = сенегал, 세네갈, السنغال, सेनेगल, セネガル, 塞内加尔, 塞內加爾, เซเนกัล, سنگال, sénégalais*
g:SO = somalia, сомал*, сомалі*, somali*, somália, 소말리아, الصومال, सोमालिया, somalie, ソマリア, 索马里, 索馬利亞,
  โซมาเลีย, سومالي
g:SV = el salvador, сальвадор, 엘살바도르, السلفادور, अल सल्वाडोर, salwador, エルサルバドル, 萨尔瓦多, 薩爾瓦多,
  เอลซัลวาดอร์, السالوادور, salvadoreñ*
g:SY = сирия, сирія, suriye*, síria, siria, suriah, 시리아, सीरिया, syrien, syrie, シリア, 叙利亚, 敘利亞, ซีเรีย,
  suriya
g:TG = togo
g:TH = таїланд, tailândia, tailandia, थाईलैंड, thaïlande, tajlandi*, 泰國, تايلند, tailand, тайск*, tailandés*,
  tailandes*, thaïlandais*, thailändisch*, تايلندي*
g:TJ = tacikistan*, tadjiquistão, tayikistán, 타지키스탄, طاجيكستان, ताजिकिस्तान, tadschikistan, tadjikistan,
  tagikistan, tadżykistan, タジキスタン, 塔吉克斯坦, 塔吉克, ทาจิกิสถาน, تاجيكستان, tojikiston
g:TM = туркменистан, туркменістан, 투르크메니스탄, تركمانستان, तुर्कमेनिस्तान, トルクメニスタン, 土库曼斯坦, 土庫曼,
  เติร์กเมนิสถาน, تركمنستان, türkmenistan, turcomenistão, turkmenistán, turkménistan, туркмен*
g:TN = тунис, туніс, tunus*, túnez, 튀니지, تونس, ट्यूनीशिया, tunesien, tunisie, tunezj*, チュニジア, 突尼斯,
  突尼西亞, ตูนิเซีย, tunis, тунисск*, tunecin*, tunisien*
g:TR = туреччин*, तुर्किये
g:TW = تايوان, ताइवान, dài loan, tajwan, ไต้หวัน
g:TZ = танзани*, танзані*, tanzanya*, 탄자니아, تنزانيا, तंज़ानिया, tansania, tanzanie, タンザニア, 坦桑尼亚,
  坦尚尼亞, แทนซาเนีย, تانزانيا, tanzaniya
g:UA = यूक्रेन, ウクライナ, 烏克蘭, ยูเครน, اوكراين
g:UG = уганд*, 우간다, اوغندا, युगांडा, ouganda, ウガンダ, 乌干达, 烏干達, ยูกันดา, اوگاندا
g:US = соединенные штаты, сполучені штати, الولايات المتحده, संयुक्त राज्य, hoa kỳ, vereinigte staaten, stati uniti,
  ايالات متحده, estadunidense*
g:UY = уругвай, uruguai, 우루과이, اورغواي, उरूग्वे, urugwaj, ウルグアイ, 乌拉圭, 烏拉圭, อุรุกวัย, اروگوئه, urugvay,
  uruguayo*, uruguaya*, uruguaio*
g:UZ = uzbequistão, 우즈베키스탄, اوزبكستان, उज़्बेकिस्तान, usbekistan, ouzbékistan, ウズベキスタン, 乌兹别克斯坦,
  烏茲別克, อุซเบกิสถาน, ازبكستان, oʻzbekiston
g:VE = венесуэл*, венесуел*, 베네수엘라, فنزويلا, वेनेज़ुएला, wenezuel*, ベネズエラ, 委内瑞拉, 委內瑞拉, เวเนซุเอลา,
  ونزوئلا, venesuela, venezolana*
g:VN = в'єтнам, vietnã, वियतनाम, wietnam, ويتنام, vyetnam, vietnamien*, vietnamesisch*
g:XK = kosovo, косово, kosova
g:YE = йемен, ємен, iêmen, yaman, 예멘, यमन, jemen, イエメン, 也门, 葉門, เยเมน, يمن, يمني*
g:ZA = sudáfrica, جنوب افريقيا, दक्षिण अफ़्रीका, nam phi, südafrika, afrique du sud, sudafrica, republika poludniowej
  afryki, 南アフリカ, 南非, แอฟริกาใต้, افريقاي جنوبي, юар, güney afrika, áfrica do sul, afrika selatan, 남아프리카,
  남아공
g:ZM = замби*, замбі*, zambiya*, 잠비아, زامبيا, ज़ाम्बिया, sambia, zambie, ザンビア, 尚比亞, แซมเบีย, 赞比亚
g:ZW = зимбабве, зімбабве, zimbabve*, zimbábue, zimbabue, 짐바브웨, زيمبابوي, ज़िम्बाब्वे, simbabwe, ジンバブエ,
  津巴布韦, 辛巴威, ซิมบับเว, زيمبابوه
"""
