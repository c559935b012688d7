"""Words that panels write into names and that say nothing about a service. A star stands for any ending."""

# Each line has the name of its language, so that a reader of this file finds a word. A word of another list is not
# repeated here.
FILLERS = """
English = profile pics, profile pic, profile picture, profile pictures, profile photo, profile photos, foto de perfil,
  fotos de perfil, profil resmi, profil fotografi, profil resimli, about, above, accept, account, accounts, acc, accs,
  active, activity, after, again, ai, algorithm, algorithmic, all, allowed, also, always, amazing, and, any, app,
  arrived, as, at, audience, authentic, average, awesome, back, balanced, base, based, basic, be, because, below, best,
  better, boosting, booster, brand, bronze, budget, bulk, bullet, but, buy, can, celebrity, celebrities, challenge,
  cheap, cheaper, cheapest, check, choice, classic, clean, clear, combo, come, coming, company, content, cost,
  countries, country, crazy, crypto, customer, customers, data, deal, deals, dedicated, default, desktop, detect,
  diamond, discount, discounted, drip, dripfeed, drip feed, during, easy, economic, economical, economy, effective,
  elite, emergency, empty, enabled, engaged, engagement, engagements, english, enough, epic, eternal, everyone, exact,
  excellent, exclusive, expensive, explore, express, extra, extreme, famous, fast, faster, fastest, feed, few, chat,
  first, fixed, flash, for, foreign, foreigner, free, fresh, full, fully, gain, general, generation, genuine, get, gold,
  golden, good, gradual, great, growth, hacked, hashtag, hidden, hit, hot, hyper, ideal, improve, improved, increase,
  indicator, influencer, influencers, inside, interest, interested, is, it, jet, just, king, knowledge, laser, legend,
  legit, level, light, lightning, limited, link, list, local, location, login, lowest, lux, luxury, magic, main,
  maintenance, make, manual, many, market, marketing, mass, mega, min, mixer, mobile, mode, monetizable, monetization,
  monetized, more, most, must, my, native, natural, near, need, needed, network, new, newly, nice, night, normal, note,
  number, of, offer, offers, official, ok, on, once, one, only, open, optimal, option, or, order, orders, organic,
  original, other, our, own, owner, owners, pack, package, packages, panel, partial, pay, people, peoples, perfect,
  permanent, permanently, personal, phone, picture, pictures, plan, platinum, please, plus, pm, popular, possible,
  power, powerful, pre, price, prime, priority, private, product, production, prof, profit, project, promo, promotion,
  provide, provider, public, pure, quality, qualities, quick, quickly, radar, rank, ranking, rapid, rare, rate, ready,
  recommend, recommended, refund, regular, release, reliable, repeat, required, result, results, right, rocket, role,
  royal, safe, sale, same, same day, search, secret, secure, select, selected, self, seller, semi, send, separate,
  series, service, set, side, silver, simple, site, size, skippable, slot, slow, slowly, smart, smm, smooth, so, social,
  solid, some, special, spread, srv, stable, standard, star, starter, steady, still, strong, sub, super, superfast,
  supported, supports, sure, system, take, targeted, target, targeting, team, test, tested, than, that, the, their,
  them, they, thin, this, thousand, tier, time, times, tiny, today, tool, top, total, trade, trend, trending, trial,
  trusted, try, turbo, type, types, ultimate, ultra, ultrafast, unfollow, unique, unlisted, unverified, update, updated,
  upgrade, upgraded, upto date, use, used, useful, user, users, valid, value, variety, various, version, very, vip,
  viral, want, warning, way, we, weekly, well, which, white, whole, wide, will, win, winter, work, working, works, you,
  young, your, zone, posting, pic, pics, avatar, avatars, bio, complete profile, monthly, rewards, reward,
  business only, age, aged up, adult, xxx, premium speed, usd
Russian = быстр*, дешёв*, лучш*, качеств*, услуг*, новый, новая, новинка, хит, топ, супер, эконом*, стандарт*, базов*,
  аккаунт*, пользовател*, люди, людей, активн*, иностранн*, медленн*, плавн*, постепенн*, рекоменд*, ваш, ваше, ваших,
  купить, накрутк*, обычн*, под, для, по, или, и, к, без отмены, целев*, уникальн*, надёжн*, стабильн*, премьер*,
  вариант, версия, высокая, микро, мини, доступн*, выгодн*, оффер*, предложен*, акция, скидк*, любой, любые, вечер, шт,
  штук, органическ*, нові, новий
Turkish = hizli, ucuz, iyi, servis, servisi, servisleri, hesap, hesaplar, hesaplardan, kullanici, kullanicilar, aktif,
  yabanci, yavas, organik, önerilen, güncel, stabil, kisi, kişi, bölge, ve, icin, için, paket, paketi, süper, ekonomik,
  standart, güçlü, satin al, keşfet, etkili, etkileşim, kesintisiz
Portuguese = rápido, rápida, barato, baratos, barata, baratas, melhor, melhores, serviço, conta, contas, usuario,
  usuários, perfis ativos, ativo, ativos, ativa, ativas, estrangeiros, estrangeiro, novo, nova, novos, novas, lento,
  qualidade, organico, organicos, para, dos, das, nos, nas, e, ou, o, os, um, uma, mais, seu, sua, econômico, promoção,
  pacote, recomendado
Spanish = rápidos, mejor, mejores, servicio, cuenta, cuentas, activo, activos, activas, extranjeros, extranjero, nuevo,
  nuevos, nueva, nuevas, calidad, el, la, los, las, del, y, un, una, su, sus, tu, paquete, económico, estable, estables,
  lentos
Indonesian = cepat, murah, terbaik, layanan, akun, pengguna, luar, asing, baru, lambat, bertahap, rekomendasi, untuk,
  yang, di, ke, atau, termurah, permanen, kualitas, sosial, bagus, tercepat
Korean = 외국인, 외국, 빠른, 빠름, 저렴, 저렴한, 최저가, 추천, 계정, 유저, 사용자, 활성, 신규, 서비스, 늘리기, 구매,
  증가, 안정적, 안정, 일반, 초고속, 고속, 느린, 인기, 이벤트, 특가, 최고, 품질, 작업, 패키지, 유입, 순수, 유령, 수, 용,
  및, 의, 가, 이, 을, 를, 은, 는, 로, 으로, 에, 명, 개, 활동
Arabic = سريع, سريعه, رخيص, رخيصة, افضل, خدمة, حسابات, نشط, نشطين, نشطة, اجانب, اجنبي, جديد, جديدة, جوده, قوي, قوية,
  ممتاز, ممتازة, مميز, مميزة, على, الى, و, او, لكل, بطيء, ثابت, ثابتة, ارخص, عرض
other languages = rapide, rapides, pas cher, meilleur, meilleurs, compte, comptes, actif, actifs, nouveau, nouveaux,
  qualite, et, le, les, des, du, une, pour, schnell, schnelle, günstig, günstige, beste, besten, konten, aktive, neue,
  qualitat, und, der, die, fur, für, veloce, veloci, migliori, attivi, nuovi, qualita, il, lo, gli, szybkie, tanie,
  najlepsze, konta, aktywne, i, oraz, nhanh, giá rẻ, tốt, tài khoản, mới, chất lượng, 快速, 便宜, 最好, 服务, 账号,
  用户, 活跃, 新, 质量, 的, 数, 量, 增加, 人, 个, 高速, 格安, 安い, 最速, アカウント, ユーザー, アクティブ, 新規, 品質,
  外国人, の, 増加, सस्ते, तेज, بهترین, ارزان, اکانت, کاربر, فعال, خارجی, کیفیت
"""
