"""The words for qualities, genders and the attributes after the subject. A star stands for any ending."""

QUALITIES = """
q:real = real, reals, reales, reais, gercek*, реальн*, живые, живых, живой, реал, справжн*, asli, nyata, =réel,
  =réels, réelle*, reels comptes, reele*, echt, echte, echten, reali, prawdziw*, حقيقي*, واقعی, 실제, 리얼, 실계정,
  진짜, 真实, 真人, 真實, 本物, リアル, रियल, असली, จริง, คนจริง, thật, người thật, human, humans, אמיתי*, haqiqiy,
  шынайы, organic real, real human, real people, настоящ*, 실유저, 실사용자, 活人, แท้, manusia, humanos, humanas
q:hq = hq, uhq, shq, vhq, high quality, higher quality, hight quality, top quality, alta qualidade, alta calidad,
  yuksek kalite, yuksek kaliteli, kaliteli, высокое качество, высокого качества, качественн*, якісн*, kualitas tinggi,
  berkualitas, haute qualite, hohe qualitat, alta qualita, wysoka jakosc, wysokiej jakosci, جودة عالية, عالي الجودة,
  عالية الجودة, باکیفیت, با کیفیت, کیفیت بالا, 고품질, 고퀄리티, 고퀄, 高质量, 高品質, 優質, 优质, 高質量, हाई क्वालिटी,
  คุณภาพสูง, chat luong cao, איכותי*
q:lq = lq, low quality, lower quality, baja calidad, baixa qualidade, dusuk kalite, низкое качество, kualitas rendah,
  저품질, 低质量
q:mq = mq, medium quality, mid quality, среднее качество
q:old = old, aged, old accounts, eski, старые, старых, antigas, antigos, contas antigas, antiguas, antiguos, lama,
  ancien*, alte, قديمة, قدیمی, 오래된, 老号, 老账号, पुराने, เก่า
q:mixed = mix, mixed, mixto*, misto*, mista*, misturad*, karisik, микс, смешан*, змішан*, campuran, campur, melange*,
  gemischt*, mieszan*, مختلط*, مکس, میکس, ترکیبی, 믹스, 혼합, 混合, ミックス, मिक्स, ผสม, hon hop, מעורב
q:bot = bot, bots, бот, боты, ботов, ботами, боти, robo, robos, بوت, بوتات, ربات, 봇, 机器人, ボット, बॉट, บอท, בוטים
q:premium = premium, премиум*, преміум, prêmio, بريميوم, پریمیوم, 프리미엄, 高级, プレミアム, प्रीमियम, พรีเมียม, פרימיום
q:verified = verified, blue tick, blue ticks, bluetick, blue badge, blue verified, verificad*, onayli, mavi tik,
  mavi tikli, верифиц*, с галочкой, terverifikasi, centang biru, verifie*, verifiziert*, verificat*, zweryfikowan*,
  موثق*, تیک آبی, 인증, 认证, 蓝 v, 認証済み, वेरिफाइड, xac minh, tich xanh
q:ads = ads, adwords, google ads, via ads, реклам*, anuncio*, reklam*, iklan, werbung, اعلان*, تبلیغ*, 광고, 广告, 廣告,
  広告, विज्ञापन, โฆษณา, quang cao, publicite, pubblicita
q:nft = nft, nfts
"""

GENDERS = """
x:female = female, females, women, woman, girl, girls, lady, ladies, femenin*, feminin*, mujer*, mulher*, chicas,
  garotas, kadin*, bayan*, kız, женск*, женщин*, девушк*, девуш*, жіноч*, жінк*, perempuan, wanita, cewek, femme*,
  frauen, weiblich*, donne, femminil*, kobiet*, kobiec*, نساء, بنات, اناث, نسائي, زنانه, دخترانه, زن, 여성, 여자, 女性,
  女粉, 女生, 女, महिला, लड़की, ผู้หญิง, nữ, phụ nữ, נשים, ♀, ayol*, әйел*
x:male = male, males, men, man, boy, boys, masculin*, hombre*, homem, homens, chicos, erkek*, мужск*, мужчин*, парн*,
  чоловіч*, чоловік*, pria, laki laki, cowok, homme*, manner, mannlich*, uomini, maschil*, mezczyzn*, mesk*, رجال, ذكور,
  شباب, مردانه, پسرانه, 남성, 남자, 男性, 男粉, 男生, 男, पुरुष, लड़के, ผู้ชาย, nam gioi, גברים, ♂, erkaklar
"""

ATTRIBUTES = """
refill = refill, refills, refil, reffil, rifill, refilling, re fill, refillable, refill guarantee, refill
  guaranteed, guaranteed refill, guarantee refill, rg, guarantee, guaranteed, guarantee period, garantee, gurantee,
  guarenteed, guranteed, gauranteed, warranty, replacement, replenish, telafi, telafili, garanti, garantili,
  garantisi, telafisi, dolum, refilli, reposicao, repoe, reposicion, garantia, garantias, garantizado, garantizada,
  garantido, garantida, relleno, recarga, rellenar, гарант*, рефил*, рефилл*, восстановлен*, докрутк*, докрут,
  пополнен*, відновлен*, garansi, bergaransi, isi ulang, jaminan, garantie, recharge, nachfullung, auffullung,
  nachfullen, garanzia, ricarica, garantito, gwarancj*, uzupelnien*, ضمان*, تعويض*, تعبئة, اعادة تعبئة, مضمون,
  گارانتی*, جبران, ریفیل, 리필, 보충, 보장, 보증, as 보장, 补充, 补单, 补量, 保修, 质保, 補充, 包补, 补, 保证, 保証,
  リフィル, 補填, गारंटी, रिफिल, वारंटी, रीफिल, รีฟิล, เติม, ประกัน, รับประกัน, bảo hành, bù, מילוי, אחריות, kafolat*,
  кепілдік*, rfl, reff, مضمونة, مضمونين
no = no, non, not, without, w o, wo, never, none, zero, sem, sin, nao, без, нет, не, ні, немає, yok, yoktur, degil,
  tanpa, tidak, tidak ada, sans, pas de, aucun, aucune, ohne, kein, keine, keinen, senza, nessun, nessuna, bez, brak,
  nie, بدون, لا, لا يوجد, بلا, غير, فاقد, ندارد, نداره, 없음, 없는, 없이, 불가, 안됨, 无, 無, 不, 没有, なし, 無し,
  नहीं, बिना, नो, ไม่, ไม่มี, khong, khong co, ללא, בלי, אין, yo'q, жоқ, nope
off = off, disabled, unavailable, removed, kapalı, выкл, desativado
nodrop = não cai, não caem, no cae, no caen, no bajan, no baja, tidak berkurang, ne tombe pas, kein verlust, не
  списывается, не списываются, nondrop, nodrop, nondrops, dusmez, dusmeyen, dususuz, dusme yok, dusus yok, dusme
  olmaz, кефсиз, не падает, не отписыв*, неспис*, без отпис*, не спадают, anti drop, antidrop, anti fall, drop free,
  anticaida, sem queda, sin caida, sin caidas, ريزش ندارد, بدون ريزش, بدون نزول, ثابت بدون نقص, بدون نقص, بدون افت,
  하락없음, 이탈없음, 드랍없음, 不掉粉, 不掉, 零掉, 無掉, 减少なし, 減少なし, 不降, stable no drop, không tụt, không
  rơi, ללא ירידה, ไม่ลด, ไม่หล่น, tidak turun, anti turun, zero drop, never drop, tidak drop, keine drops, sans perte,
  senza cali, bez spadkow, fara scaderi, ganti drop, 논드랍, 논드롭, 노드랍, 노드롭, 드롭없음
norefill = telafisiz, garantisiz, norefill, no refil, 리필없음, 리필불가, 不补, 无补, 無補, 不补单, 不保, unguaranteed,
  non refillable, nonrefill, kafolatsiz, khong bao hanh, khong bu, nr, رفیل ندارد, بدون جبران, بدون ضمان, بدون تعويض,
  بدون گارانتی, 비리필, 논리필, 노리필
drop = drop, drops, droping, dropping, droped, dropped, drop rate, drop ratio, dropratio, droprate, queda, quedas,
  caida, caidas, perdida, perda, dusus, dusme, dusme orani, dusus orani, списан*, отписк*, отпис*, отток, отвал*,
  спад, спадан*, відписк*, penurunan, turun, perte, chute, baisse, verlust, abfall, cali, calo, perdita, spadk*,
  spadek, نقص, نزول, هبوط, ریزش, افت, 하락, 이탈, 드랍, 감소, 掉粉, 掉量, 掉率, 掉, 下降, 減少, गिरावट, ड्रॉप, ลด,
  ดรอป, tụt, rơi, ירידה, tushish, unfollows, 드롭
lowdrop = lessdrop, lowdrop
low = low, less, lower, little, slight, minimal, minimum drop, very low, super low, ultra low, small, baixa, baixo,
  bajo, baja, poca, pouca, dusuk, az, низк*, мал*, минимальн*, слаб*, небольш*, низьк*, rendah, sedikit, faible, gering,
  geringer, niedrig, bassa, basso, poco, nisk*, maly, قليل, منخفض, ضعيف, کم, 낮은, 적은, 低, 少, 低い, कम, ต่ำ, thấp, ít,
  נמוך
high = high, heavy, huge, big, alta, alto, yuksek, высок*, больш*, сильн*, tinggi, haute, hoch, wysok*, عالي, عالية,
  زیاد, 높은, 高, अधिक, สูง, גבוה
yes = yes, sim, si, да, evet, var, ya, oui, ja, نعم, بله, 있음, 가능, 有, あり, हाँ, มี, available, ✅, ✔, ☑, tak, есть,
  כן
lifetime = lifetime, life time, lifelong, life long, for life, forever, unlimited time, vitalicio, vitalicia,
  para sempre, para siempre, de por vida, omur boyu, omurboyu, sinirsiz sure, suresiz, пожизн*, навсегда, вечн*,
  бессрочн*, довічн*, назавжди, seumur hidup, selamanya, a vie, lebenslang, lebenslange, lebenslanger, a vita,
  per sempre, dozywotn*, na zawsze, مدى الحياة, مادام العمر, دائم, مادام العمری, مادام, 평생, 영구, 终身, 永久, 終身,
  生涯, आजीवन, लाइफटाइम, ตลอดชีพ, tron doi, vinh vien, לכל החיים, umrbod, өмірлік, perpetua, perpetuo, lft
autorefill = автодокрутк*, автогарант*, авторефил*, автовосстановлен*, autorefill, autorefil
auto = auto, oto, automatic, automatically, automated, automatica*, automático*, otomatik, авто*, автоматич*, otomatis,
  automatique*, automatisch*, automatic*, تلقائي*, اوتوماتيك, اتوماتیک, خودکار, 자동, 自动, 自動, ऑटो, स्वचालित,
  อัตโนมัติ, tu dong, אוטומטי, avtomatik
button = button, buttons, buton, butonlu, butonu, кнопк*, botao, boton, tombol, bouton, knopf, schaltflache, pulsante,
  przycisk*, زر, دکمه, 버튼, 按钮, 按鈕, ボタン, बटन, ปุ่ม, nút, כפתור
speed = speed, speeds, spd, velocidade, velocidad, hiz, hizi, скорост*, швидк*, kecepatan, vitesse, geschwindigkeit,
  velocita, predkosc, szybkosc, سرعة, السرعة, سرعت, 속도, 速度, 日速, スピード, गति, स्पीड, ความเร็ว, toc do, מהירות,
  tezlik, delivery speed, жылдамдық
start = start, starts, starting, start time, starttime, started, start in, inicio, inicia, inicio em, começa, comienzo,
  comienza, empieza, empezar, baslama, baslangic, baslar, basliyor, baslama suresi, baslangic suresi, старт*, начал*,
  запуск, початок, mulai, waktu mulai, debut, demarrage, beginn, startzeit, inizio, avvio, rozpoczecie, بدء, البدء,
  بداية, يبدا, وقت البدء, شروع, استارت, 시작, 스타트, 开始, 開始, 启动, 启动时间, शुरू, स्टार्ट, शुरुआत, เริ่ม, bat dau,
  התחלה, boshlanish*, басталу, intro time
instant = superinstant, instant, instantly, instent, instante, instantane*, instantaneo*, instantanea*, inmediat*,
  imediat*, immediate, immediately, immediat*, aninda, anlik, hemen, мгновенн*, моментальн*, сразу, миттєв*, instan,
  langsung, seketika, sofort, sofortig*, immediato, istantane*, natychmiast*, blyskawiczn*, فوري, فورية, فورا, مباشر,
  آنی, بلافاصله, 즉시, 바로, 立即, 即时, 即時, 秒, 秒速启动, 秒开, すぐ, तुरंत, इंस्टेंट, ทันที, ngay lập tức, tức thì,
  ngay, מיידי, darhol
hourly = saatte, hourly, hrly, почасов*
daily = daily, diario, diaria, diarios, günlük, günde, harian, يوميا, يومي, روزانه, 하루, 일일, 每天, 每日, 毎日,
  प्रतिदिन, วันละ, mỗi ngày, täglich, dziennie, codziennie, ежедневно, щодня, kunlik, perday, 매일, hàng ngày,
  diariamente
day = denne, day, days, dayes, d, dias, dia, día, al dia, gun, дн, день, дня, дней, днів, дні, суток, сутки, дек,
  hari, jour, jours, tag, tage, tagen, giorno, giorni, dzien, dni, dnia, يوم, ايام, يوما, روز, روزه, 일, 天, 日,
  日間, दिन, दिनों, วัน, ngày, יום, ימים, kun, күн, сут
hour = hour, hours, hr, hrs, h, hs, hora, horas, saat, saatlik, час, часа, часов, часы, ч, годин, години, година,
  годину, jam, heure, heures, stunde, stunden, std, ora, ore, godzin, godzina, godziny, godz, ساعة, ساعات, ساعت, ساعته,
  시간, 小时, 小時, 時間, घंटे, घंटा, ชั่วโมง, ชม, gio, שעה, שעות, soat, сағат
minute = mins, minute, minutes, mint, mints, minuts, minuto, minutos, dakika, dk, dakikada, минут*, мин, хв, хвилин*,
  menit, minuten, minuti, minut, minuty, دقيقة, دقائق, 분, 分钟, 分鐘, 分, मिनट, นาที, phut, דקות, דקה, daqiqa
second = sec, secs, second, seconds, s, seg, segundo, segundos, saniye, sn, сек, секунд*, с, detik, seconde, secondes,
  sekunde, sekunden, sek, secondi, sekund, ثانية, ثواني, 초, 秒钟, 秒間, सेकंड, วินาที, giay, שניות, soniya
week = week, weeks, wk, semana, semanas, hafta, недел*, тижн*, minggu, semaine, semaines, woche, wochen, settimana,
  settimane, tydzien, tygodni, اسبوع, هفته, 주, 주일, 周, 週間, हफ्ते, สัปดาห์, tuan, нед
month = month, months, mo, mes, meses, mês, ay, aylik, месяц*, мес, місяц*, bulan, mois, monat, monate, mese, mesi,
  miesiac*, miesiec*, شهر, اشهر, شهور, ماه, ماهه, 개월, 달, 个月, 月, ヶ月, か月, महीने, महीना, เดือน, thang, חודש,
  חודשים, oy muddat
year = year, years, yr, yrs, ano, anos, yil, yillik, года, лет, рік, роки, років, tahun, an, ans, jahr, jahre, anno,
  anni, rok, lat, год, سنة, سنوات, سال, ساله, 년, 年, 年間, साल, वर्ष, ปี, năm, שנה, שנים
max = max, maximum, maxi, maks, maksimum, maxima, máximo, макс, максимум, максимальн*, maksimal, maximal, massimo,
  maksymalnie, اقصى, الحد الاقصى, حداکثر, 최대, 最大, 最高, 上限, अधिकतम, สูงสุด, tối đa, מקסימום, maksimal*, mx, en fazla
minimum = minimum, mini, minima, mínimo, минимум, минималка, minimal order, min order, en az, الحد الادنى, اقل, حداقل,
  최소, 最小, 最低, 下限, न्यूनतम, ขั้นต่ำ, toi thieu, מינימום
unlimited = unlimited, unlim, no limit, limitless, sinirsiz, limitsiz, ilimitado, ilimitada, sem limite, sin limite,
  безлимит*, без лимит*, неограничен*, безліміт, tanpa batas, illimite*, unbegrenzt, illimitato, bez limitu, غير محدود,
  بلا حدود, نامحدود, 무제한, 无限, 無限, 無制限, असीमित, ไม่จำกัด, khong gioi han, ללא הגבלה, cheksiz
upto = till, until, upto, up to, ate, hasta, jusqu a, jusqu, bis zu, fino a, do, hingga, sampai, kadar, до, حتى, تا,
  可达, 最多, तक, สูงถึง, lên đến, tới, dak, gacha
per = per, a, por, ao, al, в, за, на, у, pro, par, je, na, w, inch, dalam, setiap, 每, प्रति, ต่อ, mỗi, בכל, har, every,
  each, cada, все
in = in, within, under, en, em, içinde, dentro, через, в течение, впродовж, протягом, innerhalb, dans, entro, خلال, في,
  در
to = to, a to, til
complete = complete, completed, completes, completion, completing, finish, finished, finishes, delivery, deliver,
  delivered, delivery time, complition, ends, done, entrega, entregado, entregue, conclusao, teslimat, teslim,
  tamamlanma, bitis, выполнен*, завершен*, доставк*, виконан*, selesai, pengiriman, livraison, lieferung, consegna,
  realizacja, تسليم, اكتمال, انجاز, تحویل, 완료, 배송, 完成, 交付, 納品, 完了, पूरा, เสร็จ, hoan thanh, giao hang,
  average time, avg time, tempo medio, tiempo promedio, ortalama, среднее время
stay = stay, stays, staying, stayed, retention, keep, remain, permanencia, permanecen, остаются, остаток, удержан*,
  kalici, kalma, bertahan, retencion, retencao, utrzymanie, verweildauer, 유지, 유지력, держ*, живут, тримаються,
  залишаються, kalır, duran, mantienen, ficam, duram, permanecem, bleiben, restent, restano, rimangono, giữ, hold,
  holds
if = if, when, unless, если, eger, eğer, jika, wenn
ltg = ltg, lt guarantee, lt guaranteed, lt refill, lt garanti
length = length, long, longer, shorter, uzunluk
cancel = cancel, cancellation, cancelable, cancel enable, отмена, отмены, iptal, cancelar, cancelamento
subscription = subscription, подписка на месяц, assinatura, suscripcion, abonelik, berlangganan, abonnement, اشتراك,
  구독권
watch = watch, watching, watched, watchtime retention, duration, view duration, play time, playtime, watch duration,
  duracao, duracion, duree, durata, süre, süresi, süreli, длительност*, продолжительност*, удержание, durasi, dauer,
  مدة, مدت, 시청, 시청 유지, 时长, 観看, अवधि
sofar = so far, till now, until now, till date, as of now, yet, up to now
last = last, latest, past, recent, previous, ultimos, ultimas, ultimo, ultima, son, последн*, останн*, terakhir,
  derniers, dernieres, dernier, letzte, letzten, ultimi, ultime, ostatni*, اخر, آخرین, 최근, 마지막, 最近, 最新, 直近,
  अंतिम, ล่าสุด, cuối, gần nhất, אחרונים
future = future, futures, next, upcoming, new posts, futuros, futuras, proximas, próximos, gelecek, sonraki, yeni,
  будущ*, следующ*, новые, новых, майбутн*, наступн*, mendatang, berikutnya, futurs, prochains, zukunftige, nachste,
  futuri, prossimi, przyszl*, nowe, قادمة, القادمة, مستقبلية, آینده, بعدی, 미래, 예정, 앞으로, 未来, 将来, 今後, आगामी,
  tuong lai, tiep theo, עתידיים
with = with, com, con, с, со, ile, dengan, avec, mit, z, ze, مع, با, having, have, has
from = from, since, via, source, sourced, through, by, de, desde, da, из, от, с сайта, den, dan, dari, depuis, aus, von,
  dal, od, من, از, origem, origen, kaynak, источник, referrer from, keyword
join = join, contact, support, whatsapp us, dm us, message us, telegram channel updates
flag = flag, flags, флаг, bayrak
add = add, adding, adds
"""

# The words after a number that multiply it.
FACTORS = """
1000 = k, к, thousand, mil, bin, тыс, тысяч, тысячи, тис, 천, 千, rb, ribu, tsd, tys, nghin, nghìn, ngan, ngàn,
  الف, الاف, هزار, हज़ार, हजार, พัน, אלף, ming, мың, mille
10000 = 万, 萬, 만, หมื่น
100000 = lakh, lakhs, lac, l, lacs, 십만, लाख, แสน
1000000 = m, м, mn, mln, млн, mio, mill, million, millions, 百万, 백만, jt, juta, trieu, triệu, مليون, ميليون,
  milyon, milhao, milhão, milhoes, milhões, millon, millón, millones, миллион, миллиона, миллионов, ล้าน, מיליון,
  мільйон
10000000 = crore, cr, करोड़
100000000 = 亿, 億, 억
1000000000 = b, billion
"""
