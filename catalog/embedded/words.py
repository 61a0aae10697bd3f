"""The pages' words, Chinese first and complete in English. Data speaks for itself; nothing here is about one dataset."""

from __future__ import annotations

from catalog.linked.texts import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TAGS = {"zh": "zh-CN", "en": "en"}

WORDS: dict[str, tuple[str, str]] = {
    # every page
    "skip": ("跳到正文", "Skip to content"),
    "nav": ("主导航", "Main"),
    "datasets": ("数据集", "Datasets"),
    "departments": ("部门", "Departments"),
    "about": ("公开什么、何时公开", "What is published, and when"),
    "api": ("接口", "API"),
    "home": ("首页", "Home"),
    "search": ("搜索", "Search"),
    "search_label": ("搜索数据集", "Search datasets"),
    "search_hint": ("例如：预算、政府采购、征地", "For example: budget, procurement, land"),
    "other_language": ("English", "中文"),
    "footer": (
        "这里的每一份文件都经过逐格检查和人工审查，公开后可用校验码核对。",
        "Every file here was checked cell by cell and approved by people; its checksum lets you verify your copy.",
    ),
    # home
    "lead": (
        "政府部门公开的数据，可以直接下载和再利用。",
        "Data that the government's departments have published, free to download and use.",
    ),
    "try_tags": ("常见主题", "Topics"),
    "latest": ("最近公开", "Recently published"),
    "all_datasets": ("全部数据集", "All datasets"),
    "n_datasets": ("个数据集", "datasets"),
    "n_departments": ("个部门", "departments"),
    "n_files": ("份可下载的文件", "files to download"),
    "last_change": ("最近一次更新", "last update"),
    "no_datasets": ("还没有公开任何数据集。", "Nothing has been published yet."),
    "no_datasets_next": (
        "第一份经过批准的数据发布后，会出现在这里。",
        "The first approved release will appear here.",
    ),
    # report
    "report": ("报告错误或泄露", "Report an error or a leak"),
    "report_what": ("是什么问题", "What is wrong"),
    "report_error": ("数据有错误", "The data is wrong"),
    "report_leak": ("含有个人信息或不应公开的内容", "It holds personal data, or something that mustn't be public"),
    "report_text": ("在哪里、什么情况", "Where, and what"),
    "report_hint": (
        "写哪一份文件、第几行、哪一列就够了，不要抄写其中的姓名、号码。至多 {longest} 字。",
        "Name the file, the row and the column; don't copy names or numbers from it. At most {longest} characters.",
    ),
    "report_send": ("提交", "Send"),
    "report_kept": ("已收到，谢谢", "Received, thank you"),
    "report_number": ("编号", "Number"),
    "report_next": (
        "责任单位会限期核查。急事请直接打数据集页面上的联系电话。",
        "The department in charge looks into it within a set time. If it is urgent, call the contact on the dataset's page.",
    ),
    "report_back": ("回到数据集", "Back to the dataset"),
    "report_empty": ("请选是什么问题，并写一两句话。", "Choose what is wrong and write a sentence or two."),
    "report_long": ("太长了，请压缩到 {longest} 字以内。", "This is too long; shorten it to {longest} characters."),
    "report_often": (
        "刚收到好几件，请过一小时再交，或打数据集页面上的联系电话。",
        "Several came in just now; try again in an hour, or call the contact on the dataset's page.",
    ),
    "report_full": (
        "暂时收不了，请打数据集页面上的联系电话。",
        "Reports can't be taken now; call the contact on the dataset's page.",
    ),
    # search
    "found": ("找到 {count} 个数据集", "{count} datasets found"),
    "found_one": ("找到 1 个数据集", "1 dataset found"),
    "found_none": ("没有找到符合条件的数据集", "No dataset matches"),
    "none_next": (
        "换一个短一些的词（两个字也能找到），或者去掉筛选条件。也可以从部门开始找。",
        "Try a shorter word, or remove a filter. You can also start from a department.",
    ),
    "filtered": ("已筛选", "Filters"),
    "remove": ("去掉", "Remove"),
    "clear_all": ("全部去掉", "Remove all"),
    "order": ("排序", "Order"),
    "order_score": ("最相关", "Best match"),
    "order_new": ("最近更新", "Newest first"),
    "order_title": ("按名称", "By title"),
    "apply": ("应用", "Apply"),
    "more_filters": ("缩小范围", "Narrow down"),
    "facet_organization": ("部门", "Department"),
    "facet_tags": ("主题", "Topic"),
    "facet_res_format": ("格式", "Format"),
    "facet_frequency": ("更新频率", "Frequency"),
    "pages": ("分页", "Pages"),
    "page_of": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "published_on": ("{date}公开", "Published {date}"),
    "download": ("下载", "Download"),
    "proof": ("校验码与审查记录", "Checksums and review record"),
    "rows": ("{count} 行", "{count} rows"),
    "withdrawn_count": ("已撤回 {count} 期", "{count} withdrawn"),
    # dataset
    "files": ("文件", "Files"),
    "newest": ("最新一期", "Newest edition"),
    "earlier": ("往期（{count}）", "Earlier editions ({count})"),
    "superseded": ("已由更正版代替", "Replaced by a correction"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "withdrawn_editions": ("已撤回的各期", "Withdrawn editions"),
    "withdrawn_why": ("原因", "Reason"),
    "withdrawn_code": ("代码", "code"),
    "withdrawn_when": ("撤回日期", "Withdrawn on"),
    "withdrawn_what": ("文件已从本目录删除。", "The files have been removed from this catalogue."),
    "no_reason": ("未注明", "not stated"),
    "no_files": ("这个数据集现在没有可下载的文件。", "This dataset has no file to download at present."),
    "other_files": ("其他文件", "Other files"),
    "file": ("文件", "File"),
    "format": ("格式", "Format"),
    "row_count": ("行数", "Rows"),
    "size": ("大小", "Size"),
    "checksum": ("校验码（SHA-256）", "Checksum (SHA-256)"),
    "link": ("链接", "Link"),
    "columns": ("字段说明", "Columns"),
    "column": ("字段", "Column"),
    "column_name": ("文件里的列名", "Name in the file"),
    "type": ("类型", "Type"),
    "unit": ("单位", "Unit"),
    "meaning": ("说明", "Meaning"),
    "treatment": ("公开前处理", "Before publication"),
    "about_dataset": ("关于这个数据集", "About this dataset"),
    "department": ("部门", "Department"),
    "frequency": ("更新频率", "Frequency"),
    "covers": ("时间范围", "Period covered"),
    "basis": ("公开依据", "Legal basis"),
    "licence": ("使用许可", "Licence"),
    "contact": ("联系", "Contact"),
    "updated": ("目录更新", "Entry updated"),
    "until": ("公开至", "Published until"),
    "tags": ("主题", "Topics"),
    "evidence": ("审查记录", "Review record"),
    "evidence_id": ("证据编号", "Evidence id"),
    "evidence_what": (
        "这个编号由审查通过的全部内容（文件、规则、发现）算出。内容变一个字节，编号就不同。索取审查证据时请报这个编号。",
        "This number is computed from everything that was approved: files, rules and findings. One byte changed, "
        "and it differs. Quote it when you ask for the review evidence.",
    ),
    "contract": ("数据契约", "Data contract"),
    "verify": ("核对下载的文件", "Verify a download"),
    "verify_how": (
        "下载后计算文件的 SHA-256，与上面的校验码比较。Windows：certutil -hashfile 文件名 SHA256；Linux：sha256sum 文件名。",
        "Compute the file's SHA-256 and compare it with the checksum above. Windows: certutil -hashfile FILE SHA256; "
        "Linux: sha256sum FILE.",
    ),
    "as_dcat": ("元数据（DCAT）", "Metadata (DCAT)"),
    "feed": ("新公开与撤回", "New editions and withdrawals"),
    "as_json": ("这一页的机器可读形式（JSON）", "This page for machines (JSON)"),
    "not_given": ("未提供", "not given"),
    "to": ("至", "to"),
    # departments
    "departments_lead": ("按部门查看已公开的数据集。", "Published datasets by department."),
    "department_datasets": ("这个部门公开的数据集", "Datasets of this department"),
    "no_department_datasets": ("这个部门还没有公开数据集。", "This department has published nothing yet."),
    "no_departments": ("还没有部门公开数据。", "No department has published yet."),
    # about
    "about_lead": (
        "行政机关公开政府信息，以公开为常态、不公开为例外。下表按部门列出本目录公开的数据集、更新频率、最近一期和依据。",
        "Government bodies publish by rule and withhold by exception. The table lists, by department, what this catalogue "
        "publishes, how often, the latest edition and the legal basis.",
    ),
    "about_rules": ("什么时候公开", "When it is published"),
    "about_rule_20": (
        "主动公开的信息，自形成或者变更之日起 20 个工作日内公开；法律、法规另有规定的从其规定（政府信息公开条例第二十六条）。",
        "What is published proactively appears within 20 working days of its making or change, unless a law sets another "
        "term (Regulations on Open Government Information, Article 26).",
    ),
    "about_rule_budget": (
        "经批准的预算、决算，在批准后 20 日内向社会公开（预算法第十四条）。",
        "Approved budgets and final accounts are published within 20 days of approval (Budget Law, Article 14).",
    ),
    "about_review": ("公开之前", "Before publication"),
    "about_review_text": (
        "每份文件逐格检查质量、个人信息和涉密内容，再由不同的人分阶段审查；批准只对那一份内容有效。发布后逐字节读回核对。",
        "Each file is checked cell by cell for quality, personal data and secrets, then reviewed in stages by different "
        "people; an approval holds for exactly those bytes. After publication every byte is read back and compared.",
    ),
    "about_wrong": ("公开以后", "After publication"),
    "about_wrong_text": (
        "发现错误时，更正版代替原来的一期，原来的一期标明“已代替”。必须撤回的，文件立即删除，原处留下日期和原因。",
        "When an error is found, a corrected edition replaces the earlier one, which is marked so. What has to be withdrawn "
        "is removed at once; the date and the reason stay in its place.",
    ),
    "about_not_here": ("这里没有的", "What isn't here"),
    "about_not_here_text": (
        "不予公开和依申请公开的信息不在本目录。需要时请向持有该信息的部门提出政府信息公开申请。",
        "What is withheld or given on request isn't in this catalogue. Apply to the department that holds it.",
    ),
    "directory": ("公开目录", "Directory"),
    "edition": ("最近一期", "Latest edition"),
    # api
    "api_lead": (
        "目录用 CKAN 动作接口（第 3 版）提供全部公开数据，不需要注册和令牌。为 CKAN 写的程序可以直接使用。",
        "The catalogue serves everything it publishes through CKAN's Action API, version 3. No account and no token are "
        "needed; programs written for CKAN work as they are.",
    ),
    "api_try": ("先试一试", "Try it"),
    "api_actions": ("读取动作", "Actions for reading"),
    "api_action": ("动作", "Action"),
    "api_what": ("作用", "What it does"),
    "api_params": ("参数", "Parameters"),
    "api_search": ("搜索的写法", "How to write a search"),
    "api_metadata": ("元数据与订阅", "Metadata and feeds"),
    "api_metadata_text": (
        "每个数据集都有 DCAT 3 元数据（网址后加 .ttl 或 .jsonld，或在请求头 Accept 中说明），整个目录每 50 个数据集一页，各页由 Hydra 链接相连。"
        "新公开和撤回可用 Atom 订阅；单个部门的在 /feeds/organization/部门.atom。",
        "Every dataset has DCAT 3 metadata (add .ttl or .jsonld to its address, or say so in the Accept header); the catalogue has 50 datasets a "
        "page, linked with Hydra. New editions and withdrawals come as an Atom feed; one department's is /feeds/organization/DEPARTMENT.atom.",
    ),
    "api_files": ("下载文件", "Downloading files"),
    "api_files_text": (
        "下载地址长期有效：一份文件的地址永远指向同样的字节。更正后的内容有新的地址；撤回的文件回答 410，或转到数据集页面。"
        "支持断点续传（Range）和缓存核对（ETag 就是 SHA-256）。",
        "An address always means the same bytes. A correction gets a new address; a withdrawn file answers 410 or leads to "
        "its dataset's page. Range requests and cache validation work (the ETag is the SHA-256).",
    ),
    "api_answers": ("回答的样子", "What an answer looks like"),
    "api_answers_text": (
        "成功时 success 为 true，内容在 result；失败时为 false，error.__type 说明种类："
        "Not Found Error（404）、Authorization Error（403）、Validation Error（409）、Search Query Error（400）。",
        "On success, success is true and the content is in result. On failure it is false and error.__type says which kind: "
        "Not Found Error (404), Authorization Error (403), Validation Error (409), Search Query Error (400).",
    ),
    # what went wrong
    "missing_title": ("这里没有这个页面", "There is no such page"),
    "missing_text": (
        "地址可能抄错了，或者数据集改了名称。请搜索数据集的名称，或从部门开始找。",
        "The address may be mistyped, or the dataset renamed. Search for it by name, or start from its department.",
    ),
    "gone_title": ("这份数据已经撤下", "This was taken down"),
    "gone_text": (
        "它曾经在这里公开，后来撤下了，文件已经删除。请查看该数据集有没有新的一期，或者向公开它的部门询问原因。",
        "It was published here once and has been removed. See whether its dataset has a newer edition, or ask the department "
        "that published it.",
    ),
    "forbidden_title": ("这份数据没有公开", "This isn't public"),
    "forbidden_text": (
        "您可以浏览已经公开的数据集；需要未公开的信息，请向持有它的部门提出政府信息公开申请。",
        "You can browse what is public. For anything else, apply to the department that holds it.",
    ),
    "fault_title": ("目录出了故障", "The catalogue has a fault"),
    "fault_text": ("不是您的操作造成的。请过几分钟再试。", "It isn't your doing. Please try again in a few minutes."),
}

FREQUENCIES = {
    "once": ("一次性", "Once"),
    "annual": ("每年", "Yearly"),
    "quarterly": ("每季度", "Quarterly"),
    "monthly": ("每月", "Monthly"),
    "weekly": ("每周", "Weekly"),
    "irregular": ("不定期", "Irregular"),
}
TYPES = {
    "string": ("文本", "text"),
    "integer": ("整数", "whole number"),
    "number": ("数值", "number"),
    "date": ("日期", "date"),
    "datetime": ("日期时间", "date and time"),
    "year": ("年份", "year"),
    "boolean": ("是／否", "yes/no"),
    "geojson": ("地理形状", "geographic shape"),
}
FORMAT_HINTS = {
    "CSV": ("文本表格，Excel、WPS 和各种程序都能打开", "Plain table; opens in Excel, WPS and any program"),
    "XLSX": ("Excel 工作簿", "Excel workbook"),
    "XLS": ("旧版 Excel 工作簿", "Old Excel workbook"),
    "Parquet": ("带类型的列式文件，供分析程序使用", "Typed columns, for analysis programs"),
    "JSON": ("供程序读取", "For programs"),
    "JSONL": ("供程序逐行读取", "For programs, line by line"),
    "GeoJSON": ("地理数据，地图软件可以打开", "Geographic data, for map programs"),
}
TREATMENTS = {
    "mask": ("部分遮盖", "partly masked"),
    "generalise": ("概括", "generalised"),
    "pseudonym": ("代号代替", "pseudonymised"),
    "drop": ("不公开", "left out"),
}
LICENCES_EN = {
    "other-open": "Other (open)",
    "other-pd": "Other (public domain)",
    "other-at": "Other (attribution)",
    "other-nc": "Other (non-commercial)",
    "other-closed": "Other (not open)",
    "notspecified": "Not specified",
    "cc-by": "Creative Commons Attribution",
    "cc-by-4.0": "Creative Commons Attribution 4.0",
    "cc-by-sa": "Creative Commons Attribution Share-Alike",
    "cc-zero": "Creative Commons CC0",
    "odc-by": "Open Data Commons Attribution",
    "odc-odbl": "Open Data Commons Open Database Licence",
    "odc-pddl": "Open Data Commons Public Domain",
}
ACTIONS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("package_search", "q, fq, sort, rows, start, facet.field", ("搜索数据集", "Find datasets")),
    ("package_show", "id", ("一个数据集的全部说明和文件", "One dataset with all its files")),
    ("package_list", "limit, offset", ("全部数据集的名称", "Names of all datasets")),
    ("resource_show", "id", ("一份文件的说明", "One file's entry")),
    ("organization_list", "all_fields", ("部门", "Departments")),
    ("organization_show", "id, include_datasets", ("一个部门及其数据集", "One department and its datasets")),
    ("tag_list", "query", ("主题词", "Topics")),
    ("license_list", "", ("许可", "Licences")),
    ("status_show", "", ("目录的状态", "The catalogue's state")),
)
SEARCHES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("q=公共 预算", ("两个词都要出现；两个字的词在长词里也找得到", "both words must occur; short words are found inside longer ones")),
    ('q="一般公共预算"', ("整句", "the exact phrase")),
    ("fq=organization:NAME", ("某个部门（用名称，不用标题）", "one department, by its name")),
    ("fq=tags:债务", ("某个主题", "one topic")),
    ("fq=res_format:CSV", ("某种格式", "one format")),
    ("fq=frequency:monthly", ("任一附加字段", "any extra field")),
    ("sort=metadata_modified desc", ("最近更新的在前", "newest first")),
    ("rows=100&start=100", ("第二个一百条，一次至多 1000 条", "the second hundred; at most 1000 at once")),
)  # fmt: skip


def say(language: Language, key: str, **values: object) -> str:
    """The word in a language, with its values put in."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)


def pick(language: Language, pair: tuple[str, str]) -> str:
    """One of a pair."""
    return pair[LANGUAGES.index(language)]
