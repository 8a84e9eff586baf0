"""Headers in other languages, as Kahoot, Quizizz and schools abroad write them, in our own words."""

from __future__ import annotations

import re

TRADITIONAL = str.maketrans(
    "題選項確難類說釋關鍵標籤編號領圖時間數參備內問幹試識點來學區對單複錯誤斷連線結鏈長簡困貼",
    "题选项确难类说释关键标签编号领图时间数参备内问干试识点来学区对单复错误断连线结链长简困贴",
)
HEADERS = {
    "题干": (
        "pregunta textodelapregunta frage fragetext fragentext textedelaquestion pergunta "
        "textodapergunta enunciado domanda testodelladomanda 问题文 质问 质问文 問い 설문 질문 "
        "문제 질문텍스트 вопрос текствопроса câuhỏi nộidungcâuhỏi pertanyaan tekspertanyaan soal "
        "soru sorumetni vraag vraagtekst pytanie 问题文本 题目文本"
    ),
    "答案": (
        "respuestacorrecta respuestascorrectas richtigeantwort richtigeantworten korrekteantwort "
        "bonneréponse bonnesréponses réponsecorrecte réponsescorrectes respostacorreta "
        "respostascorretas rispostacorretta rispostecorrette 正解 正答 정답 정답번호 "
        "правильныйответ правильныеответы верныйответ đápánđúng câutrảlờiđúng jawabanbenar "
        "jawabanyangbenar doğrucevap doğruyanıt juisteantwoord poprawnaodpowiedź"
    ),
    "题型": (
        "tipodepregunta fragetyp fragentyp typedequestion tipodepergunta tipodidomanda 问题タイプ "
        "质问タイプ 질문유형 문제유형 типвопроса loạicâuhỏi tipepertanyaan jenispertanyaan "
        "sorutürü soorttvraag typpytania"
    ),
    "解析": (
        "explicación explicacióndelarespuesta erklärung antworterklärung explication "
        "explicationdelaréponse explicação explicaçãodaresposta spiegazione 答案解释 解说 解説 "
        "해설 설명 пояснение объяснение giảithích penjelasan açıklama uitleg wyjaśnienie"
    ),
    "图片": (
        "enlacedeimagen enlacedelaimagen bildlink liendelimage liendel'image linkdaimagem "
        "linkimmagine 图像链接 图片连结 图像连结 画像リンク 이미지링크 이미지"
    ),
    "限时": (
        "límitedetiempo tiempoensegundos zeitlimit zeitinsekunden limitedetemps tempsensecondes "
        "limitedetempo tempoemsegundos limiteditempo tempoinsecondi 时间限制 制限时间 제한시간 "
        "시간제한 лимитвремени времявсекундах thờigian waktu süre tijdslimiet limitczasu"
    ),
}
OPTIONS = (
    "respuesta opción antwort antwortmöglichkeit réponse resposta opção alternativa risposta "
    "opzione 回答 选択肢 답변 선택지 보기 옵션 ответ вариант вариантответа đápán lựachọn tùychọn "
    "jawaban opsi pilihan cevap yanıt seçenek antwoord optie odpowiedź opcja"
)
OURS = {word: ours for ours, words in HEADERS.items() for word in words.split()}
OPTION = re.compile(rf"(?:{'|'.join(OPTIONS.split())})([a-z]|\d{{1,2}})")
REMARKS = re.compile(r"[(\[{【].*?[)\]}】]|[*?？]|\s")
LIMIT = re.compile(r"[-–—:：,，]|máx|max")  # behind it stands how long a cell may be


def ours(header: str) -> str:
    """Return a header in our own words where it is one of another language, else as it is.

    `header`: in the narrow characters of NFKC.
    """
    written = simplified(header)
    plain = LIMIT.split(REMARKS.sub("", written.casefold()), maxsplit=1)[0]
    if plain in OURS:
        return OURS[plain]
    found = OPTION.fullmatch(plain)
    return f"选项{found[1]}" if found else written


def simplified(word: str) -> str:
    """Return a word for a column, a kind or an answer in simplified characters."""
    return word.translate(TRADITIONAL)
