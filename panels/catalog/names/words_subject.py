"""The words for platforms, metrics, objects and variants. A star stands for any ending, "x + y" gives both tags."""

PLATFORMS = """
p:instagram = instagram, insta, ig, инстаграм*, інстаграм*, инста, instagran, instegram, instagrm, انستقرام, انستغرام,
  انستجرام, انستا, اینستاگرام, اینستا, 인스타그램, 인스타, インスタグラム, インスタ, इंस्टाग्राम, อินสตาแกรม, ไอจี
p:facebook = facebook, fb, face book, фейсбук*, فيسبوك, فيس بوك, 페이스북, 페북, 脸书, フェイスブック, फेसबुक, เฟซบุ๊ก,
  เฟสบุ๊ค, เฟส
p:tiktok = tiktok, tik tok, tt, tiktoks, тикток*, тікток*, тік ток*, тик ток*, تيك توك, تيكتوك, تیک تاک, تیکتاک, 틱톡,
  ティックトック, टिकटॉक, ติ๊กต๊อก, ติ๊กตอก
p:douyin = douyin, 抖音
p:youtube = youtube, yt, you tube, ютуб*, ютюб*, يوتيوب, 유튜브, ユーチューブ, 油管, यूट्यूब, ยูทูป, ยูทูบ
p:telegram = telegram, tg, tele gram, телеграм*, тг, телега, تلجرام, تليجرام, تيليجرام, تيلجرام, تلغرام, تلگرام,
  텔레그램, 电报, 電報, テレグラム, टेलीग्राम, เทเลแกรม
p:x = twitter, твиттер*, твіттер*, твитер*, تويتر, توییتر, 트위터, 推特, ツイッター, ट्विटर, ทวิตเตอร์, x twitter,
  twitter x, x com
p:twitch = twitch, твич*, تويتش, توییچ, 트위치, ツイッチ, ทวิช
p:spotify = spotify, спотифай*, سبوتيفاي, اسپاتیفای, 스포티파이, स्पॉटिफाई
p:soundcloud = soundcloud, sound cloud, саундклауд*, ساوندكلاود, ساوندکلاد, 사운드클라우드
p:discord = discord, дискорд*, ديسكورد, 디스코드, ディスコード
p:threads = threads, тредс*, 스레드, ثريدز, تردز
p:reddit = reddit, subreddit, реддит*, ريديت, ردیت, 레딧
p:linkedin = linkedin, linked in, линкедин*, لينكد ان, لينكدان, لینکدین, 링크드인, 领英
p:pinterest = pinterest, пинтерест*, بينترست, بنترست, پینترست, 핀터레스트
p:snapchat = snapchat, snap chat, snap, снапчат*, سناب شات, سناب, سنابشات, اسنپ چت, 스냅챗
p:whatsapp = whatsapp, whats app, wa, ватсап*, вотсап*, whatsap, واتساب, واتس اب, واتساپ, 왓츠앱
p:vk = vk, vkontakte, вк, вконтакт*, vk com
p:ok = ok ru, odnoklassniki, одноклассник*
p:kick = kick, kick com, кик
p:shopee = shopee, шопи, 쇼피, ช้อปปี้, 虾皮
p:google = google, gmb, гугл*, جوجل, گوگل, قوقل, 구글, 谷歌, グーグル, กูเกิล
p:google o:place = google map, google maps, google my business, gmaps, gmap, гугл карт*, google business
p:yandex = yandex, яндекс*
p:dzen = dzen, дзен
p:rutube = rutube, рутуб*
p:max = max messenger
p:likee = likee, лайки app
p:kwai = kwai, квай
p:rumble = rumble
p:trovo = trovo
p:bigo = bigo, bigo live
p:quora = quora
p:tumblr = tumblr
p:vimeo = vimeo
p:dailymotion = dailymotion, daily motion
p:deezer = deezer
p:tidal = tidal
p:apple_podcasts = apple podcast, apple podcasts
p:apple_music = apple music, itunes, i tunes
p:audiomack = audiomack
p:mixcloud = mixcloud
p:boomplay = boomplay
p:napster = napster
p:shazam = shazam
p:reverbnation = reverbnation
p:datpiff = datpiff
p:clubhouse = clubhouse, club house
p:onlyfans = onlyfans, only fans
p:patreon = patreon
p:bluesky = bluesky, blue sky
p:mastodon = mastodon
p:truth_social = truth social, truthsocial
p:gettr = gettr
p:steam = steam
p:roblox = roblox
p:github = github
p:opensea = opensea, open sea
p:coinmarketcap = coinmarketcap, cmc
p:coingecko = coingecko
p:dexscreener = dexscreener, dex screener
p:trustpilot = trustpilot, trust pilot
p:tripadvisor = tripadvisor, trip advisor
p:yelp = yelp
p:wechat = wechat, 微信
p:weibo = weibo, 微博
p:xiaohongshu = xiaohongshu, 小红书, rednote
p:bilibili = bilibili, 哔哩哔哩
p:kuaishou = kuaishou, 快手
p:naver = naver, 네이버
p:kakao = kakao, kakaotalk, 카카오, 카카오톡
p:line = line app, line oa
p:zalo = zalo
p:viber = viber, вайбер
p:lemon8 = lemon
p:lazada = lazada
p:tokopedia = tokopedia
p:amazon = amazon
p:aparat = aparat, آپارات
p:rubika = rubika, روبیکا
p:eitaa = eitaa, ایتا
p:producthunt = product hunt, producthunt
p:imdb = imdb
p:wikipedia = wikipedia
p:play_store = google play, play store, playstore, android app
p:app_store = app store, appstore
p:nimo = nimo tv, nimotv
p:chzzk = chzzk, 치지직
p:afreecatv = afreecatv, 아프리카
p:website = website traffic, website, web site, websites, web traffic, site traffic, сайт*, siteye, web sitesi,
  situs web, trafico web, tráfego web, trafego site, موقع, 웹사이트, 网站, ウェブサイト, เว็บไซต์, webseite, sitio web,
  sito web, site web, seo
"""

METRICS = """
m:followers = người theo dõi, follower, followers, folowers, follwers, followrs, followes, folower, follow, follows,
  fallowers, flwrs, fans, seguidor*, seguidora*, abonnes, abonne, takipçi*, подписчик*, фолловер*, фоловер*, підписник*,
  pengikut, متابع*, فالوور*, فالور*, دنبال کننده, دنبالکننده, 팔로워, 팔로우, 粉丝, 粉絲, 关注, 關注, 涨粉, フォロワー,
  फॉलोअर्स, फॉलोवर्स, ผู้ติดตาม, theo doi, obserwujac*, obserwator*, anhänger, follower*, קהל עוקבים, עוקבים, kuzatuvchi*,
  жазылушы*, fani, seguitor*, ติดตาม
m:likes = powerlikes, power likes, like, likes, likers, liker, lkes, curtida*, me gusta, megusta, mi piace, begeni*,
  лайк*, вподобан*, вподобайк*, уподобайк*, suka, polubien*, j aime, jaime, gefallt mir, لايك*, اعجاب*, پسند,
  좋아요, 点赞, 點贊, 点赞数, 赞, いいね, लाइक, लाइक्स, ถูกใจ, ไลค์, lượt thích, upvote, upvotes, up vote, up votes,
  gostos, hearts, классы, классов, לייקים, לייק, tim, tym, herzen, coeurs, corazones, corações, сердечк*, 高評価
m:dislikes = dislike, dislikes, дизлайк*, downvote, downvotes, down votes, deslikes, 低評価
m:views = view, views, veiws, vies, viewes, vistas, visualizaç*, reproducc*, reproduco*, reproduç*, izlenme*,
  goruntulenme*, izlenim, просмотр*, перегляд*, vues, aufrufe, visualizzazion*, wyswietlen*, odtworzen*, مشاهد*,
  بازدید*, ویو, سین, 조회수, 조회, 播放量, 播放, 观看, 觀看, 浏览量, 浏览, 浏览数, 再生回数, 再生, 視聴, व्यूज, व्यूज़,
  ยอดวิว, วิว, lượt xem, tayangan, penonton video, vizualizari, צפיות, korish*, qarash*, караулар, қаралым*
m:comments = comment, comments, coments, comentário*, yorum*, коммент*, комментари*, коментар*, komentar, commentaire*,
  kommentare, commenti, komentarz*, تعليق*, کامنت*, نظر, 댓글, 评论, 評論, コメント, कमेंट, कमेंट्स, คอมเมนต์,
  ความคิดเห็น, binh luan, replies, reply, תגובות, izoh*, comms, cmt
m:members = member, members, memebers, mmbers, membro*, miembro*, uye*, участник*, учасник*, anggota, membres,
  mitglieder, membri, czlonk*, اعضاء, عضو, ممبر, اعضا, 멤버, 구성원, 成员, 成員, 群成员, メンバー, सदस्य, मेंबर्स, สมาชิก,
  thanh vien, joiners, join members, חברים, мүше*
m:subscribers = подписчик*, підписник*, abonnes, abonne, ผู้ติดตาม, người theo dõi, subscriber, subscribers,
  subscibers, subscribes, subscribe, suscribers, subs, subscritor*, подписавш*, suscriptor*, inscrito*, abone*,
  abonnenten, iscritti, subskrypcj*, مشترك*, سابسکرایب*, 구독자, 구독, 订阅, 訂閱, 订阅者, チャンネル登録, 登録者,
  सब्सक्राइबर*, ผู้ติดตามช่อง, nguoi dang ky, dang ky, subskraiber*, מנויים, obunachi*, subskryben*
m:shares = reblog, reblogs, share, shares, sharing, retweet, retweets, re tweets, rts, repost, reposts,
  compartilhament*, compartid*, paylas*, репост*, поделит*, ретвит*, partages, partage, condivision*, udostepnien*,
  bagikan, مشاركات, مشاركة, ريتويت, رتويت, اشتراک گذاری, ریتوییت, 공유, 리트윗, 分享, 转发, 轉發, シェア, リツイート,
  शेयर, แชร์, chia se, teilen, teilungen, compart*, forwards, שיתופים
m:saves = save, saves, saved, salvament*, salvos, guardad*, kaydet*, сохранен*, збережен*, simpan, enregistrements,
  salvataggi, zapisy, zapisan*, حفظ, سیو, ذخیره, 저장, 收藏, 保存, सेव, บันทึก, lưu, bookmark, bookmarks, favorites,
  favourites, favorite, закладк*, favoritos, שמירות, pins saves, repins, repin
m:reactions = reaction, reactions, reacciones, reação, reações, реакци*, tepki*, reaksi, reazion*, reakcj*, reaktionen,
  تفاعل*, ری اکشن, ریاکشن, 반응, 리액션, 表情回应, 反应, リアクション, प्रतिक्रिया, ปฏิกิริยา, cam xuc, reakc*
m:votes = vote, votes, voting, poll, polls, voto, votos, votacion*, oy, oylama, anket, голос*, голосован*, опрос*,
  suara, abstimmung, stimmen, voti, glosow, glosy, تصويت*, نظرسنجی, رای, 투표, 投票, アンケート, वोट, โหวต, binh
  chon, הצבעות, encuesta*, enquete*, sondage*, umfrage*, sondaggi*, ankiet*
m:plays = play, plays, stream plays, stream, streams, стрим, стримы, reproducc*, odtworzen*, 播放, 播放量, 再生回数,
  再生, 재생, прослушиван*, dinlenme, dinleme, reproduco*, reproduç*, escuchas, ecoutes, ascolti, odsluchan*, استماع,
  تشغيل, پخش, 播放次数, ประเล่น, luot nghe, plays streams, שמיעות, pemutaran
m:listeners = listener, listeners, listners, monthly listener, monthly listeners, ouvintes, oyentes, dinleyici*,
  слушател*, слухач*, pendengar, auditeurs, horer, ascoltatori, sluchacz*, مستمع*, شنونده, 청취자, 听众, リスナー,
  श्रोता, ผู้ฟัง, nguoi nghe, מאזינים
m:viewers = concurrent, viewer, viewers, concurrent viewers, espectador*, izleyici*, зрител*, глядач*, penonton,
  spectateurs, zuschauer, spettatori, widz*, مشاهدين, بیننده, 시청자, 观众, 人气, 在线观众, 視聴者, दर्शक, ผู้ชม, nguoi
  xem, צופים, mắt
m:visits = web traffic, site traffic, website traffic, trafico web, tráfego web, trafego site, direct traffic,
  direct visits, organic traffic, visit, visits, visitor, visitors, traffic, hits, visita, visitas, visitante*,
  ziyaret*, trafik, trafic, trafico, tráfego, посещен*, посетител*, трафик*, заход*, переход*, відвідуван*, kunjungan,
  pengunjung, visites, visiteurs, besuche, besucher, visite, visitatori, wizyt*, odwiedzin*, زيارات, زيارة, زوار,
  بازدید سایت, ترافیک, 방문, 방문자, 트래픽, 访问, 流量, 访客, 訪問, トラフィック, विज़िट, विजिट, ทราฟฟิก, เข้าชมเว็บไซต์,
  truy cap, ביקורים
m:reviews = review, reviews, rating, ratings, reseña*, avaliaç*, yorum degerlendirme, degerlendirme*, отзыв*, відгук*,
  ulasan, avis, bewertung*, recension*, opinie, opinii, تقييم*, مراجعات, 리뷰, 후기, 好评, レビュー, रिव्यू, รีวิว,
  danh gia, ביקורות
m:impressions = impression, impressions, impresiones, impressoes, gosterim*, показ*, impresi, impressioni,
  wyswietlenia reklam, ظهور, مرات الظهور, ایمپرشن, 노출, 曝光, 展示, インプレッション, इंप्रेशन, hien thi, חשיפות,
  impresion, impressao
m:reach = reach, alcance, erisim, охват*, охоплен*, jangkauan, portee, reichweite, copertura, zasieg*, وصول, ریچ, 도달,
  触达, リーチ, पहुंच, tiep can
m:watch_minutes = watch minutes
m:watch_hours = watch hours, watch hour, watchhours, watch time hours, watchtime hours, hours watch time,
  hours watchtime, hours of watch time, hour watch time, watchtime, watch time, wt hours, horas de exibicao,
  horas de visualizacao, horas de visualizacion, horas de reproduccion, izlenme saati, saat izlenme, izlenme suresi,
  часов просмотра, часы просмотра, часов просмотров, годин перегляду, jam tayang, heures de visionnage,
  heures de lecture, wiedergabezeit, wiedergabestunden, ore di visualizzazione, godzin ogladania, ساعات مشاهدة,
  ساعة مشاهدة, ساعات المشاهدة, 시청 시간, 시청시간, 观看时长, 观看小时, 総再生時間, 再生時間, वॉच टाइम, gio xem,
  שעות צפייה, публичных часов, horas publicas
m:points = points, point, puan, очк*, баллы, pontos, puntos, نقاط, 포인트, 积分, poin
m:bot_starts o:bot = bot start, bot starts, start bot, bot starter, bot starters, bot users start, запуск бота,
  запуски бота, запуск ботов, старт бота, старты бота, bot baslatma, inicio de bot, inicios de bot,
  inicializacao de bot, inicio bot, iniciar bot, استارت بات, استارت ربات, بدء البوت, 봇 시작, 봇 스타트, 启动机器人,
  机器人启动, ボット起動, khoi dong bot, mulai bot, bot referral, bot referrals, рефералы бот*, рефералы в бот*,
  рефералов бот*, рефералов в бот*
m:boosts = boost, boosts, буст*, boostlar, 부스트
m:stars = stars, звезд*, yildiz*, نجوم, 스타
m:mentions = mention, mentions, mencoes, menciones, упоминан*, etiket mention, bahsetme
m:downloads = download, downloads, скачиван*, indirme, descargas, تحميل, 다운로드, 下载
m:installs = install, installs, установ*, instalaciones, instalacoes, 설치, yukleme
m:clicks = clicks, click, клик*, tiklama*, cliques, clics, نقرات, 클릭
m:connections = connections, connection, conexoes, conexiones, baglanti*, контакты
m:friends = friend, friends, friend request, friend requests, amigos, amizade*, arkadas*, друзья, друзей, 친구, 好友,
  اصدقاء
m:quotes = quotes, quote tweets, quote tweet, цитат*, citacoes, citas
m:endorsements = endorsement, endorsements
m:claps = claps, clap
m:gifts = gift, gifts, подарк*, hediye
m:accounts = accounts for sale, account sale
m:chatters = chatters, chat bots, chat bot, чатер*
m:messages = mass dm, direct messages, dm messages, dms, messages, сообщени*, mensagens, mensajes
m:reports = reports
m:enrollments = enrollments, enrollment
m:karma = karma, карма, кармы
m:backlinks = backlink, backlinks
m:checkins = check ins, checkins, check in
"""

OBJECTS = """
o:profile = profile, profiles, perfil, perfis, profil, профил*, بروفايل, حساب, پروفایل, 프로필, 主页, 个人主页,
  プロフィール, प्रोफाइल, โปรไฟล์, trang ca nhan, profilo, profili, פרופיל
o:post = post, posts, publicacion*, publicaç*, gonderi*, пост, посты, пости, постів, постов, посту, посте, постам,
  поста, постах, запис*, beitrag, beitrage, منشور*, بوست, پست, 게시물, 포스트, 帖子, 投稿, पोस्ट, โพสต์, bai viet,
  tweet, tweets, tweetler, твит*, تغريدات, تغريدة, 트윗, photo, photos, foto, fotos, фото, carousel, pin, pins,
  postagem, postagens, פוסט, פוסטים, postingan, 게시글, publicat*
o:reel = reel, reels, рилс*, rils, ريلز, 릴스, リール, रील, रील्स, รีล, רילס, 短片
o:story = story, stories, storys, historia, historias, stori*, hikaye*, сторис*, истори*, історі*, ستوري, ستوریز,
  استوري, قصة, 스토리, 快拍, 故事, ストーリー, ストーリーズ, स्टोरी, สตอรี่, tin story, highlight, highlights, storie,
  סטורי, relacja, relacje
o:video = video, videos, vid, videosu, видео*, відео, فيديو, ویدیو, ویدئو, 비디오, 동영상, 영상, 视频, 影片, 動画,
  वीडियो, วิดีโอ, วีดีโอ, igtv, clip, clips, vod, סרטון, filmy, filmow
o:short = short, shorts, шортс*, شورت, شورتس, 쇼츠, ショート, शॉर्ट्स
o:live = стрим, стримы, live, livestream, live stream, live streams, live streaming, live video, canli, canli yayin,
  ao vivo, en vivo, en directo, directo, en direct, siaran langsung, прям* эфир, прямой эфир, прямого эфира, эфир*,
  эфір*, трансляци*, стрим*, بث مباشر, البث المباشر, لايف, لایو, 라이브, 실시간, 스트리밍, 생방송, 直播, 直播间,
  ライブ, 生配信, लाइव, ไลฟ์, ไลฟ์สด, truc tiep, livestreams, stream, in diretta, diretta, transmisje, na zywo,
  broadcast, לייב, transmissao, lives, بث
o:channel = broadcast channel, broadcast channels, channel, channels, canal, canais, canales, kanal*, канал*, قناة,
  قنوات, کانال, 채널, 频道, 頻道, チャンネル, चैनल, ช่อง, kenh, chaine, canale, saluran, ערוץ
o:group = group, groups, grup, grupo*, групп*, груп*, groupe*, gruppe*, gruppo, مجموعة, مجموعات, جروب, قروب, گروه, 그룹,
  群组, 群組, 群, グループ, ग्रुप, กลุ่ม, nhom, grupa, קבוצה, supergroup, community, чат, чата, chat group
o:page = page, pages, fanpage, fan page, página*, sayfa*, страниц*, паблик*, сторінк*, halaman, seite, صفحة, صفحات,
  پیج, 페이지, 专页, 粉丝专页, 主页, ページ, पेज, เพจ, trang, strona, strony, דף, seiten
o:track = track, tracks, song, songs, трек*, şarkı, musica, cancion, faixa, faixas, اغنية, آهنگ, 트랙, 곡, 歌曲, 曲,
  bai hat, single
o:playlist = playlist, playlists, плейлист*, calma listesi, oynatma listesi, lista de reproduccion, 플레이리스트, 歌单,
  プレイリスト, قائمة تشغيل, پلی لیست
o:space = space, spaces, спейс*
o:bot = bot, бот, бота, боты
o:server = сервер*, sunucu*, servidor*, 서버, 服务器, サーバー, سيرفر, سرور, server
o:comment = comment, comments, коммент*, комментари*, comentário*, yorum*, 댓글
o:place = place, places, business, local guide, local guides, restaurant, заведени*, карты, maps, 지도, harita*
"""

VARIANTS = """
v:custom = costum, custum, costume, custom, customised, customized, personalizad*, ozel yorum, kendi yorum*, свои, свой,
  своими, свій, кастомн*, ваши, kustom, personnalise*, eigene, benutzerdefiniert*, personalizzat*, własn*, مخصص*,
  دلخواه, سفارشی, 커스텀, 맞춤, 自定义, 自定義, カスタム, कस्टम, กำหนดเอง, tuy chinh, custom text, מותאם, ozel
v:random = random, randoms, rastgele, aleatorio*, aleatória*, случайн*, рандом*, випадков*, acak, aleatoire*, zufallig*,
  casual*, losow*, عشوائي*, تصادفی, رندوم, 랜덤, 随机, 隨機, ランダム, रैंडम, สุ่ม, ngau nhien, אקראי, casuali, casuale
v:emoji = emojis, emoji
v:positive = positive, positif, pozitif, olumlu, позитив*, положительн*, positiva*, positivo*, ايجابي*, مثبت, 긍정,
  긍정적, 正面, 积极, ポジティブ, pozytywn*, positive mix, חיובי, tich cuc
v:negative = negative, negatif, olumsuz, негатив*, отрицательн*, negativa*, negativo*, سلبي*, منفی, 부정, 부정적, 负面,
  消极, ネガティブ, negatywn*, שלילי, tieu cuc
v:fire = fire, огонь
v:party = party, party popper, partypopper
v:star_struck = star struck, starstruck
v:like = thumbs up, thumbsup
v:dislike = thumbs down, thumbsdown
v:poop = poop
v:scream = scream, screaming
v:clap = clapping
v:love = heart, love, amei, me encanta, seni seviyorum
v:haha = haha
v:wow = wow
v:sad = sad
v:angry = angry
v:care = care
v:external = external
v:suggested = suggested
v:browse = browse features, browse
v:online = اونلاين, online, онлайн, cevrimici, en linea, متصل, آنلاین, 온라인, 在线, オンライン, ออนไลน์, daring
v:offline = offline, оффлайн, офлайн, cevrimdisi, غير متصل, آفلاین, 오프라인, 离线, オフライン, ออฟไลน์
v:organic = organic search, organic traffic
v:direct = direct, direct traffic, direct visits
"""

# The reactions that emojis stand for.
EMOJIS = """
like = 👍
dislike = 👎
love = ❤
fire = 🔥
party = 🎉
haha = 😁, 😂, 😆, 🤣
wow = 😮
scream = 😱
star_struck = 🤩
sad = 😢
cry = 😭
angry = 😡, 🤬
poop = 💩
vomit = 🤮
pray = 🙏
clap = 👏
adore = 🥰
thinking = 🤔
mind_blown = 🤯
dove = 🕊
clown = 🤡
yawn = 🥱
hundred = 💯
whale = 🐳
lightning = ⚡
trophy = 🏆
broken_heart = 💔
heart_eyes = 😍
care = 🤗
ok = 👌
moon = 🌚
banana = 🍌
strawberry = 🍓
kiss = 💋
middle_finger = 🖕
devil = 😈
handshake = 🤝
"""
