"""Words that panels write into names and that say nothing about a service. A star stands for any ending."""

# Each line has the name of its language, so that a reader of this file finds a word. A word of another list is not
# repeated here.
FILLERS = """
English = profile pics, profile pic, profile picture, profile pictures, profile photo, profile photos, foto de
  perfil, fotos de perfil, profil resmi, profil fotografi, profil resimli, about, above, accept, account, accounts,
  acc, accs, active, activity, after, again, ai, algorithm, algorithmic, all, allowed, also, always, amazing, and,
  any, app, arrived, as, at, audience, authentic, average, awesome, back, balanced, base, based, basic, be, because,
  below, best, better, boosting, booster, brand, bronze, budget, bulk, bullet, but, buy, can, celebrity,
  celebrities, challenge, cheap, cheaper, cheapest, check, choice, classic, clean, clear, combo, come, coming,
  company, content, cost, countries, country, crazy, crypto, customer, customers, data, deal, deals, dedicated,
  default, desktop, detect, diamond, discount, discounted, drip, dripfeed, drip feed, during, easy, economic,
  economical, economy, effective, elite, emergency, empty, enabled, engaged, engagement, engagements, english,
  enough, epic, eternal, everyone, exact, excellent, exclusive, expensive, explore, express, extra, extreme, famous,
  fast, faster, fastest, feed, few, chat, first, fixed, flash, for, foreign, foreigner, free, fresh, full, fully,
  gain, general, generation, genuine, get, gold, golden, good, gradual, great, growth, hacked, hashtag, hidden, hit,
  hot, hyper, ideal, improve, improved, increase, indicator, influencer, influencers, inside, interest, interested,
  is, it, jet, just, king, knowledge, laser, legend, legit, level, light, lightning, limited, link, list, local,
  location, login, lowest, lux, luxury, magic, main, maintenance, make, manual, many, market, marketing, mass, mega,
  min, mixer, mobile, mode, monetizable, monetization, monetized, more, most, must, my, native, natural, near, need,
  needed, network, new, newly, nice, night, normal, note, number, of, offer, offers, official, ok, on, once, one,
  only, open, optimal, option, or, order, orders, organic, original, other, our, own, owner, owners, pack, package,
  packages, panel, partial, pay, people, peoples, perfect, permanent, permanently, personal, phone, picture,
  pictures, plan, platinum, please, plus, pm, popular, possible, power, powerful, pre, price, prime, priority,
  private, product, production, prof, profit, project, promo, promotion, provide, provider, public, pure, quality,
  qualities, quick, quickly, radar, rank, ranking, rapid, rare, rate, ready, recommend, recommended, refund,
  regular, release, reliable, repeat, required, result, results, right, rocket, role, royal, safe, sale, same, same
  day, search, secret, secure, select, selected, self, seller, semi, send, separate, series, service, set, side,
  silver, simple, site, size, skippable, slot, slow, slowly, smart, smm, smooth, so, social, solid, some, special,
  spread, srv, stable, standard, star, starter, steady, still, strong, sub, super, superfast, supported, supports,
  sure, system, take, targeted, target, targeting, team, test, tested, than, that, the, their, them, they, thin,
  this, thousand, tier, time, times, tiny, today, tool, top, total, trade, trend, trending, trial, trusted, try,
  turbo, type, types, ultimate, ultra, ultrafast, unfollow, unique, unlisted, unverified, update, updated, upgrade,
  upgraded, upto date, use, used, useful, user, users, valid, value, variety, various, version, very, vip, viral,
  want, warning, way, we, weekly, well, which, white, whole, wide, will, win, winter, work, working, works, you,
  young, your, zone, posting, pic, pics, avatar, avatars, bio, complete profile, monthly, rewards, reward, business
  only, age, aged up, adult, xxx, premium speed, usd, gradually, grow, growing, boosted, attract, obtain, receive,
  deliverable, username, usernames, durable, long lasting, longlasting, lasting, mediocre, decent, organically,
  naturally, realistic, looking, look, lookalike, pva, email verified, matured, engaging, responsive, talkative,
  interactive, newest, hotfix, backup, alternative, secondary, primary, servers, api, exclusively, bestseller,
  bestsellers, best selling, top selling, hottest, affordable, inexpensive, low priced, budget friendly, wholesale,
  resellers, reseller, bonus, godspeed, lightspeed, warp, blazing, swift, snappy, prompt, promptly, overnight,
  anytime, nonstop, non stop, continuous, continuously, constant, constantly, everyday, ongoing, working now, works
  fine, checked, approved, certified, compliant, adsense, adsense safe, monetisable, monetised, monetisation,
  eligible, royalties, royalty, copyright, require, requires, requirement, before, description, instructions,
  details, info, important, careful, botless, handpicked, curated, tailored, personalised, demographic,
  demographics, geotargeted, geo targeted, niche, category, categories, topics, topic, relevant, related, contextual
Russian = быстр*, дешёв*, лучш*, качеств*, услуг*, новый, новая, новинка, хит, топ, супер, эконом*, стандарт*,
  базов*, аккаунт*, пользовател*, люди, людей, активн*, иностранн*, медленн*, плавн*, постепенн*, рекоменд*, ваш,
  ваше, ваших, купить, накрутк*, обычн*, под, для, по, или, и, к, без отмены, целев*, уникальн*, надёжн*, стабильн*,
  премьер*, вариант, версия, высокая, микро, мини, доступн*, выгодн*, оффер*, предложен*, акция, скидк*, любой,
  любые, вечер, шт, штук, органическ*, нові, новий, ежемесячн*, аватар*, аватарк*, страна, стран, микс стран, разных
  стран, любых стран, оплата, цена, цены, низкая цена, бюджетн*, премиальн*, элитн*, отличн*, хорош*, средн*,
  медиум, нормальн*, плюс, вручную, ручн*, программ*, тематическ*, тематика, крипто, криптовалют*, бизнес, возраст,
  естественн*, натуральн*, органика, офера, оферы, вовлеченн*, главн*, сервис, пакет, пакеты, набор, комплект,
  заказ, заказы, обновлен*, улучшен*, новинки, эксклюзив*, выбор, популярн*, проверен*, безопасн*, долго, длительн*,
  сразу после, очень, самые, самый, самая, самое, только, более, менее, чем, также, можно, нельзя, при, после, всех,
  всем, вашего, вашей, вашу, мой, наш, наша, наши, открыт*, закрыт*, публичн*, приватн*, частн*, общедоступн*,
  срочн*, экспресс, турбо, средняя, скорая, ежечасн*, мощн*, крут*, огромн*, крупн*, массов*, дополнительн*, бонус*,
  бесплатн*, тестов*, пробн*, англоязычн*, единиц, количеств*, штуки, человек, чел, юзер*, юзеров, мобильн*,
  десктоп*, телефон*
Turkish = hizli, ucuz, iyi, servis, servisi, servisleri, hesap, hesaplar, hesaplardan, kullanici, kullanicilar,
  aktif, yabanci, yavas, organik, önerilen, güncel, stabil, kisi, kişi, bölge, ve, icin, için, paket, paketi, süper,
  ekonomik, standart, güçlü, satin al, keşfet, etkili, etkileşim, kesintisiz, haftalık, hesabı, hesaplı, profilli,
  fotoğraflı, resimli, postlu, arttırma, artırma, arttır, satın, alma, kalite, çok, daha, orta, uygun, fiyat,
  fiyatlı, indirimli, kampanya, güvenilir, güvenli, atım, doğal, ülke, ülkeler, ülkelerden, sosyal, popüler,
  keşfetlik, yerel, bölgesel, kişiler, insan, insanlar, hedefli, hedef, adet, tane, sonra, tüm, bütün, her, bir, bu,
  olan, olarak, olur, gibi, ile birlikte, dahil, hariç, sadece, yalnızca, güncellendi, güncelleme, önerilir,
  tavsiye, tavsiye edilen, açık, gizli, herkese
Portuguese = rápido, rápida, barato, baratos, barata, baratas, melhor, melhores, serviço, conta, contas, usuario,
  usuários, perfis ativos, ativo, ativos, ativa, ativas, estrangeiros, estrangeiro, novo, nova, novos, novas, lento,
  qualidade, organico, organicos, para, dos, das, nos, nas, e, ou, o, os, um, uma, mais, seu, sua, econômico,
  promoção, pacote, recomendado, mensais, mensal, comprar, aumentar, ganhar, ganhe, turbinar, impulsionar,
  impulsionamento, crescimento, países, país, variados, variadas, diversos, excelente, excelentes, ótima, ótimo,
  ótimos, boa, bom, boas, média, médio, barateza, preço, preços, promocional, oferta, desconto, exclusivo,
  exclusivos, exclusiva, estável, estáveis, permanentes, permanente, definitivos, seguro, seguros, segura,
  confiável, rapidíssimo, rapidez, veloz, naturais, engajados, engajamento, pessoas, atualizado, atualizada,
  recomendados, mais vendido, mais vendidos, vendido, vendidos, todos, todas, toda, todo, qualquer, meu, nosso,
  senha, público, públicos, privado, privada, aberto, pela, pelo, entre, sobre, muito, muita, viralizar, segmentado,
  segmentados, geral, gerais, comum, comuns, padrão, simples, básico, básica
Spanish = rápidos, mejor, mejores, servicio, cuenta, cuentas, activo, activos, activas, extranjeros, extranjero,
  nuevo, nuevos, nueva, nuevas, calidad, el, la, los, las, del, y, un, una, su, sus, tu, paquete, económico,
  estable, estables, lentos, mensuales, mensual, ganar, subir, crecer, crecimiento, impulso, impulsar, varios,
  buena, buenas, buenos, bueno, económicos, económica, precios, ofertas, descuento, fijos, confiable, confiables,
  rapidísimo, rápidas, graduales, naturales, orgánicas, personas, gente, actualizado, actualizada, más, más vendido,
  cualquier, contraseña, muy, generales, común, estándar
Indonesian = cepat, murah, terbaik, layanan, akun, pengguna, luar, asing, baru, lambat, bertahap, rekomendasi,
  untuk, yang, di, ke, atau, termurah, permanen, kualitas, sosial, bagus, tercepat, bulanan, mingguan, tambah,
  penambah, beli, jual, jasa, naik, menaikkan, negara, seluruh, harga, hemat, ekonomis, diskon, spesial, khusus,
  eksklusif, terbaru, terpopuler, populer, terlaris, laris, rekomended, aman, terpercaya, awet, tahan lama, kuat,
  ngebut, kilat, sangat cepat, cepat masuk, masuk, antrian, alami, orang, bisa, dapat, publik, privat, wajib, baca,
  deskripsi, lebih, paling, sangat, semua, setelah, sebelum, juga, hanya, gratis, paket hemat, paketan, fyp, masuk
  fyp, sedang, kencang, besar, kecil, menengah, standar
Korean = 외국인, 외국, 빠른, 빠름, 저렴, 저렴한, 최저가, 추천, 계정, 유저, 사용자, 활성, 신규, 서비스, 늘리기, 구매,
  증가, 안정적, 안정, 일반, 초고속, 고속, 느린, 인기, 이벤트, 특가, 최고, 품질, 작업, 패키지, 유입, 순수, 유령, 수,
  용, 및, 의, 가, 이, 을, 를, 은, 는, 로, 으로, 에, 명, 개, 활동, 월간, 주간, 매달, 국가, 다국적, 여러, 최저, 가격,
  할인, 저가, 고급, 중급, 초급, 안전, 안전한, 안심, 지속, 꾸준한, 자연, 자연스러운, 유기적, 타겟, 타겟팅, 사람,
  인원, 업데이트, 베스트, 인기상품, 전용, 독점, 단독, 공개, 비공개, 링크, 주문, 필독, 대량, 소량, 무료, 체험,
  테스트, 이내, 이후, 와, 과, 도, 매우, 가장, 더, 모든, 전체, 탐색, 최적화, 상위노출, 상위, 급상승, 남녀, 남녀혼합,
  올리기, 늘려, 천천히, 느림, 보통, 중간, 빠르게, 즉각, 순차, 분산, 한정, 중
Arabic = سريع, سريعه, رخيص, رخيصة, افضل, خدمة, حسابات, نشط, نشطين, نشطة, اجانب, اجنبي, جديد, جديدة, جوده, قوي, قوية,
  ممتاز, ممتازة, مميز, مميزة, على, الى, و, او, لكل, بطيء, ثابت, ثابتة, ارخص, عرض, شهري, شهريا, شهريين, اسبوعي,
  زيادة, شراء, بيع, رفع, بصور, دول, دولة, متنوع, متنوعة, متنوعين, جميع, كل, سعر, اسعار, عروض, خصم, حصري, امن, امان,
  امنة, موثوقة, مستقر, مستقرة, طبيعي, طبيعية, طبيعيين, عضوي, اشخاص, ناس, مستخدمين, مستخدم, خادم, تحديث, محدث, جدا,
  للغاية, الاسرع, الاحدث, اسرع, احدث, متوسط, متوسطة, عادي, عادية, عاديين, ممتازين, سريعين, بطيئة, تدريجي, تدريجيا,
  مجاني, تجربة, فقط, ايضا, بعد, قبل, بين, او اكثر, اكثر, متفاعل, متفاعلين, اكسبلور, ترند, هاشتاق, رابط, طلب, وصف,
  اقرا
Ukrainian = щомісячн*, найкращ*, якість, послуг*, користувач*, акаунт*, облік*, іноземн*, повільн*, стабільн*,
  надійн*, від, із, зі, або, усі, всі, усіх, всіх, безпечн*, відкрит*, закрит*, публічн*, органічн*, цільов*,
  тематичн*, преміальн*, краще, ціна, ціни, знижк*, акці*, замовл*, накрут*, купити, осіб
Hindi = मासिक, बढ़ाएं, खरीदें, सस्ता, सस्ती, सबसे, बेस्ट, तेज़, फास्ट, जल्दी, अच्छे, अच्छी, अच्छा, बढ़िया, क्वालिटी, गुणवत्ता, और, के, का,
  की, को, लिए, वाले, वाली, वाला, सभी, नए, नया, नई, खाते, अकाउंट, यूजर, यूजर्स, लोग, एक्टिव, सक्रिय, सर्विस, सेवा, सर्वर, पैकेज,
  ऑफर, कीमत, दाम, धीमा, स्थिर, परमानेंट, स्थायी, केवल, सिर्फ, बहुत, देश, विदेशी, पब्लिक, प्राइवेट, ऑर्गेनिक, नेचुरल
Vietnamese = tăng, mua, bán, giá, rẻ, siêu, rẻ nhất, tốt nhất, nhanh nhất, siêu tốc, siêu nhanh, siêu rẻ, bền, lâu
  dài, tự nhiên, nick, ngoại, người dùng, dịch vụ, gói, máy chủ, sv, mới nhất, cập nhật, khuyên dùng, nên dùng, phổ
  biến, khuyến mãi, giảm giá, lên, cho, của, và, với, các, những, mọi, tất cả, công khai, riêng tư, an toàn, uy tín,
  cao cấp, trung bình, bình thường, chậm, đều, hàng tháng, đơn, quốc gia, số lượng, người, cá nhân, có, được, sau,
  trước, khi, rất, nhất, hơn, on dinh, hoat dong, don hang, dam bao, lượt
German = monatliche, monatlich, monatlichen, kaufen, steigern, erhöhen, wachsen, wachstum, profilbild, profilbilder,
  beiträgen, länder, land, ländern, preis, preise, preiswert, billig, billige, billiger, billigste, rabatt, angebot,
  angebote, exklusiv, exklusive, stabile, stabiler, dauerhaft, dauerhafte, sicher, sichere, zuverlässig,
  zuverlässige, schneller, schnellste, schnelles, sehr, langsam, langsame, stetig, natürlich, natürliche, organisch,
  organische, organischer, personen, menschen, leute, nutzer, benutzer, aktiv, aktiver, aktiven, hochwertig,
  hochwertige, hochwertiger, gute, guter, guten, gut, bester, bestes, neu, neuer, neues, neuen, aktualisiert,
  empfohlen, empfehlung, beliebt, beliebte, oder, passwort, öffentlich, öffentliche, alle, allen, jede, jeder, ihr,
  ihre, ihren, dein, deine, dem, zum, zur, vom, nur, auch, mehr, stück, pakete, dienst, einfach, einfache,
  ausländische, ausländer, zielgruppe, gezielt, gezielte
French = mensuels, mensuel, mensuelle, mensuelles, acheter, augmenter, gagner, croissance, pays, prix, offre,
  remise, exclusif, exclusifs, stables, permanents, durables, sûr, sûrs, fiables, très, moins, lent, lents,
  progressif, progressive, progressivement, naturel, naturels, organique, organiques, personnes, gens, utilisateurs,
  utilisateur, actives, bonne, bon, bons, bonnes, meilleure, meilleures, nouvelle, nouvelles, neuf, mis à jour,
  recommandé, recommandés, populaire, populaires, votre, vos, tes, ces, tous, toutes, tout, toute, chaque, serveur,
  serveurs, étrangers, étranger, ciblé, ciblés, ciblées, mixtes, moyen, moyenne, basique, privé, abordable,
  économique, économiques
Italian = mensili, mensile, comprare, acquista, aumentare, crescita, paesi, paese, prezzo, prezzi, economici,
  economica, economiche, offerta, sconto, esclusivo, esclusivi, stabili, permanenti, sicuro, sicuri, affidabile,
  affidabili, molto, più, rapidi, velocissimo, velocissimi, lenti, graduale, naturale, naturali, organici,
  organiche, persone, utenti, utente, umani, attivo, attiva, attive, buona, buono, buoni, ottima, migliore, miglior,
  nuovo, nuova, nuove, aggiornato, consigliato, consigliati, popolare, dei, delle, degli, sulla, alla, tutti, tutte,
  tutto, ogni, solo, anche, servizio, stranieri, straniero, mirati, misti, semplice, pubblico, privato
Polish = kup, zwiększ, zwiększenie, zdjęcie, kraje, kraj, krajów, cena, ceny, tani, tania, najtańsze, najtańszy,
  promocja, ekskluzywne, stabilne, stabilni, trwałe, trwali, bezpieczne, bezpieczni, niezawodne, bardzo, szybki,
  szybka, szybcy, najszybsze, wolne, powolne, stopniowo, naturalne, naturalni, organiczne, organiczni, osoby, osób,
  ludzie, ludzi, użytkownicy, użytkowników, aktywni, aktywny, jakość, jakości, dobra, dobre, najlepszy, najlepsi,
  nowy, nowa, zaktualizowane, polecane, polecany, popularne, dla, lub, twój, twoje, wszystkie, wszystkich, każdy,
  tylko, usługa, serwer, zagraniczni, zagraniczne, średnia, standardowe, publiczne, prywatne
Japanese = 月間, 毎月, 購入, 増やす, アップ, 増加中, 国, 各国, 多国籍, 価格, 低価格, 激安, 最安, 最安値, 割引,
  セール, 限定, 独占, 安定, 安定的, 安全, 安心, 信頼, とても, 超, 超高速, 高速配信, 低速, ゆっくり, 徐々に, 自然,
  自然な, オーガニック, ユーザ, 人間, 方, 名, 件, 個, サービス, サーバ, 最新版, 更新, おすすめ, オススメ, 人気, で,
  に, を, は, が, と, も, より, および, 用, 向け, すべて, 全て, 全, 公開, 非公開, 一般, 標準, 通常, 質, 良質, 高い,
  付き, あたり, 程度
Chinese = 月度, 购买, 增长, 提升, 刷, 涨, 头像, 国家, 多国, 全国, 价格, 低价, 最低价, 特价, 优惠, 独家, 稳定, 穩定,
  可靠, 超快, 超级, 极速, 極速, 慢速, 缓慢, 逐渐, 有机, 账户, 帐号, 帳號, 优质号, 普通, 标准, 标准版, 最新款, 新款,
  推荐, 推薦, 热门, 熱門, 爆款, 和, 与, 及, 或, 在, 是, 为, 给, 对, 所有, 全部, 公开, 私密, 条, 次, 位, 单, 订单,
  海外, 国外, 外国, 老外, 人工, 手工, 流畅, 快
Thai = รายเดือน, ซื้อ, เพิ่ม, ปั้ม, ปั๊ม, ถูก, ราคาถูก, ราคา, เร็ว, เร็วมาก, ช้า, คุณภาพ, คุณภาพดี, บัญชี, แอคเคาท์, ผู้ใช้, คน, ใช้งาน,
  แอคทีฟ, ใหม่, แนะนำ, ขายดี, บริการ, เซิร์ฟเวอร์, เสถียร, ถาวร, ปลอดภัย, ต่างชาติ, ประเทศ, ทุกประเทศ, และ, ที่, ของ, กับ, สำหรับ,
  ที่สุด, ทั้งหมด, สาธารณะ, ส่วนตัว, ออร์แกนิก, ครั้ง, โปรโมชั่น
Persian = ماهانه, هفتگی, خرید, فروش, افزایش, کشور, کشورها, قیمت, ویژه, تخفیف, اختصاصی, پایدار, تضمینی, مطمئن, خیلی,
  بسیار, پرسرعت, کند, ارگانیک, افراد, آدم, کاربران, سرویس, جدیدترین, آپدیت, پیشنهادی, پیشنهاد, محبوب, برای, این, هر,
  همه, تمام, عمومی, خصوصی, ارزانترین, خوب, معمولی, نفر, عدد, تعداد
Uzbek = oylik, tez, arzon, sifatli, yangi, faol, foydalanuvchi*, akkaunt*, xizmat*, eng, uchun, va, bilan, barcha
other languages = rapide, rapides, pas cher, meilleur, meilleurs, compte, comptes, actif, actifs, nouveau, nouveaux,
  qualite, et, le, les, des, du, une, pour, schnell, schnelle, günstig, günstige, beste, besten, konten, aktive,
  neue, qualitat, und, der, die, fur, für, veloce, veloci, migliori, attivi, nuovi, qualita, il, lo, gli, szybkie,
  tanie, najlepsze, konta, aktywne, i, oraz, nhanh, giá rẻ, tốt, tài khoản, mới, chất lượng, 快速, 便宜, 最好, 服务,
  账号, 用户, 活跃, 新, 质量, 的, 数, 量, 增加, 人, 个, 高速, 格安, 安い, 最速, アカウント, ユーザー, アクティブ,
  新規, 品質, 外国人, の, 増加, सस्ते, तेज, بهترین, ارزان, اکانت, کاربر, فعال, خارجی, کیفیت
"""
