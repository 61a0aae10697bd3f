"""The console's words: each a pair, Chinese first, English beside it. Sentences that belong to one page stand in its template.

A closed set of the platform (statuses, verdicts, events, errors …) has its table here; tests hold each complete.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.finding import Severity
from domain.release import DispositionKind, Status, Verdict
from domain.table import UnreadReason
from review.adopted_look import WORDS as ADOPTED_CHANGES
from review.case_steps import CaseEvent, CaseKind, CaseStatus
from review.kinds import Kind
from review.permissions import Role

Pair = tuple[str, str]

STATUSES: Mapping[str, Pair] = {
    Status.RECEIVED: ("正在准备", "being prepared"),
    Status.CHECKED: ("待承办自查、提交", "to be looked at and submitted"),
    Status.IN_REVIEW: ("审查中", "in review"),
    Status.APPROVED: ("已批准，待发布", "approved, to be published"),
    Status.PUBLISHED: ("已发布", "published"),
    Status.SUPERSEDED: ("已被更正版代替", "superseded by a correction"),
    Status.WITHDRAWN: ("已撤回", "withdrawn"),
    Status.RETURNED: ("已退回", "returned"),
    Status.WITHHELD: ("不公开", "withheld"),
    Status.ESCALATED: ("已报审，等答复", "escalated, waiting for the answer"),
    Status.REPLACED: ("已有新修订", "replaced by a newer revision"),
    Status.BLOCKED: ("已阻断", "blocked"),
    Status.CANCELLED: ("准备已取消", "preparation cancelled"),
}
STATUS_TAGS: Mapping[str, str] = {
    Status.CHECKED: "hold", Status.IN_REVIEW: "here", Status.APPROVED: "ok", Status.PUBLISHED: "ok", Status.WITHDRAWN: "block",
    Status.RETURNED: "hold", Status.ESCALATED: "hold", Status.BLOCKED: "block",
}  # fmt: skip
STAGES: Mapping[str, Pair] = {
    "section": ("科室审查", "Section review"),
    "confidentiality": ("保密审查", "Confidentiality review"),
    "legal": ("法制（政务公开）审查", "Legal review"),
    "chief": ("领导签发", "Release by the chief"),
}
ROLES: Mapping[str, Pair] = {
    Role.OPERATOR: ("承办人", "operator"),
    Role.SECTION_REVIEWER: ("科室负责人", "section reviewer"),
    Role.CONFIDENTIALITY_REVIEWER: ("保密审查人", "confidentiality reviewer"),
    Role.LEGAL_REVIEWER: ("法制审查人", "legal reviewer"),
    Role.RELEASING_CHIEF: ("分管领导", "releasing chief"),
    Role.AUDITOR: ("审计员", "auditor"),
    Role.ADMINISTRATOR: ("管理员", "administrator"),
}
VERDICTS: Mapping[str, Pair] = {
    Verdict.APPROVE: ("公开", "Publish"),
    Verdict.RETURN: ("退回", "Return"),
    Verdict.REMEDY: ("删减后公开", "Publish after redacting more"),
    Verdict.WITHHOLD: ("依申请公开，或不予公开", "On request only, or withhold"),
    Verdict.ESCALATE: ("不能确定，报审", "Can't be determined: escalate"),
}
DISPOSITIONS: Mapping[str, Pair] = {
    DispositionKind.REDACT_AS_PROPOSED: ("属实，照此删去", "True; redacted as proposed"),
    DispositionKind.REDACT_MORE: ("属实，须再删减", "True; redact more"),
    DispositionKind.KEEP_BY_LAW: ("依法应公开", "To be published by law"),
    DispositionKind.FALSE_ALARM: ("误报", "False alarm"),
}
SEVERITIES: Mapping[str, Pair] = {
    Severity.BLOCK: ("阻断", "blocks"),
    Severity.HOLD: ("须处置", "to be decided"),
    Severity.WARN: ("提示", "note"),
    Severity.INFO: ("信息", "information"),
}
UNREAD: Mapping[str, Pair] = {
    UnreadReason.TOO_LONG: ("一格文字过长", "too long for one cell"),
    UnreadReason.TOO_DEEP: ("转义、实体或编码套了太多层", "too many layers of escapes, entities or codes"),
    UnreadReason.TOO_WRAPPED: ("转义、标签或压缩文字展开后太多", "escapes, tags or packed text unfold to too much"),
    UnreadReason.FILE_INSIDE: ("里面是编码后的文件或压缩内容", "holds an encoded file or packed content"),
    UnreadReason.TOO_HARD: ("太难辨认，超过时限", "too hard to read within the time limit"),
}
DISCLOSURES: Mapping[str, Pair] = {
    "proactive": ("主动公开", "proactive"),
    "on_request": ("依申请公开", "on request"),
    "withheld": ("不予公开", "withheld"),
}
AUDIENCES: Mapping[str, Pair] = {
    "public": ("面向社会，上目录", "everybody, in the catalogue"),
    "local": ("只在村（社区）张榜，不上目录", "posted in the village only, never in the catalogue"),
}
FREQUENCIES: Mapping[str, Pair] = {
    "once": ("一次性", "once"), "annual": ("每年", "yearly"), "quarterly": ("每季", "quarterly"), "monthly": ("每月", "monthly"),
    "weekly": ("每周", "weekly"), "irregular": ("不定期", "irregular"),
}  # fmt: skip
UNIT_KINDS: Mapping[str, Pair] = {
    "city": ("市", "city"), "department": ("部门", "department"), "county": ("县（区）", "county"),
    "township": ("乡镇（街道）", "township"), "enterprise": ("企业", "enterprise"),
}  # fmt: skip
WORK_KINDS: Mapping[str, Pair] = {
    "prepare": ("准备数据", "prepare"), "remedy": ("删减后重新准备", "prepare after a remedy"), "publish": ("发布", "publish"), "withdraw": ("撤下", "take off"), "inspect": ("读网检查", "inspect"), "contract": ("契约生效", "bring a contract into force"), "rescan": ("复扫", "scan again"), "adopted": ("核对接管的目录", "look at adopted catalogues"),
}  # fmt: skip
WORK_STATES: Mapping[str, Pair] = {
    "queued": ("排队", "waiting"), "running": ("进行中", "running"), "done": ("完成", "done"), "failed": ("未完成", "failed"),
    "stopping": ("正在停止", "being stopped"), "cancelled": ("已取消", "cancelled"), "partly": ("部分完成", "partly done"),
}  # fmt: skip
STEPS: Mapping[str, Pair] = {
    "取件": ("取件", "fetch"), "读取": ("读取", "read"), "检查": ("检查", "check"), "脱敏与复查": ("脱敏与复查", "redact, look again"),
    "导出": ("导出", "export"), "封存": ("封存", "seal"), "列出数据集": ("列出数据集", "list datasets"), "核对文件": ("核对文件", "compare files"), "读网检查": ("读网检查", "inspect"), "复扫": ("复扫", "scan again"),
}  # fmt: skip

EVENTS: Mapping[str, Pair] = {
    "received": ("收到数据，开始准备", "data received, preparation began"),
    "checked": ("检查完成", "checks done"),
    "blocked": ("检查发现阻断问题", "blocked by a finding"),
    "submitted": ("承办人自查后提交", "submitted by the operator"),
    "recalled": ("提交人收回", "recalled by the submitter"),
    "opened": ("打开了发现", "opened findings"),
    "looked": ("看了一格原文", "looked at one cell as it came in"),
    "decided": ("作出决定", "decided"),
    "made-ready": ("办好一项决定，待签", "finished a decision, to be signed"),
    "ready-dropped": ("取消一项待签的决定", "took back a decision that wasn't signed"),
    "opined": ("背靠背表态（密封）", "spoke at a blind stage (sealed)"),
    "conflicted": ("两人意见不一，须第三人裁定", "the two differ: a third person resolves it"),
    "answered": ("登记报审答复", "recorded the answer to the escalation"),
    "replaced": ("被新修订代替", "replaced by a newer revision"),
    "approval-minted": ("核对全部签字，准予发布", "all signatures verified, leave to publish"),
    "published": ("已发布，逐字节读回一致", "published, read back byte for byte"),
    "superseded": ("被更正版代替", "superseded by a correction"),
    "inspected": ("读网检查", "inspected in public"),
    "withdrawn": ("下令撤回", "ordered off"),
    "expired": ("公开期满，自动撤下", "its days of publication are over, ordered off by the clock"),
    "hidden": ("发布端有人撤下", "taken down by a person on the publishing side"),
    "withdrawal-confirmed": ("第二人确认撤下", "withdrawal confirmed by a second person"),
    "withdrawal-reversed": (
        "第二人撤销下架令，重新发布",
        "withdrawal reversed by a second person, to be published again",
    ),
    "case-opened": ("开了问题单", "a case was opened"),
    "case-continued": ("问题单又有新发现", "more was found for a case"),
    "case-answered": ("答复问题单", "answered a case"),
    "case-closed": ("办结问题单", "closed a case"),
    "case-reopened": ("重开问题单", "reopened a case"),
    "case-settled": ("目录已重新接管，以现状为准", "the catalogue was adopted again: today is the baseline"),
    "case-overdue": ("问题单超期，已通知", "a case is overdue, people were told"),
    "inspection-planned": ("抽定半月读网检查计划", "a half month's inspections were drawn"),
    "inspection-plan-done": ("半月读网检查计划完成", "a half month's inspections are done"),
    "rules-changed": ("规则有变，开始复扫", "the rules changed: what is public is scanned again"),
    "adopted-looked": ("核对了接管的目录", "an adopted catalogue was looked at again"),
    "adopted-changed": ("接管的目录有变化", "an adopted catalogue changed"),
    "adopted-away": ("接管的目录没有核对成", "an adopted catalogue couldn't be looked at"),
    "adopted-forgotten": ("不再核对这个目录", "a catalogue is no longer watched"),
    "inspection-unreached": ("读网检查没有查到，会再试", "an inspection couldn't look at it and will try again"),
    "rescanned": ("按新规则复扫", "scanned again under later rules"),
    "taken-down": ("目录已撤下", "taken off the catalogue"),
    "refused": ("被拒绝的操作", "an act that was refused"),
    "asked": ("交办任务", "work asked for"),
    "claimed": ("任务开始", "work began"),
    "claim-extended": ("任务仍在进行", "work goes on"),
    "finished": ("任务结束", "work ended"),
    "taken": ("认领", "taken on"),
    "given-back": ("交还", "given back"),
    "handed-over": ("移交", "handed over"),
    "remarked": ("留言", "left a remark"),
    "notified": ("已通知有关人员", "people were told"),
    "overdue": ("等候超期，已通知", "overdue, people were told"),
    "delivered": ("通知已送出", "a notice was delivered"),
    "delivery-failed": ("通知没有送达", "a notice wasn't delivered"),
    "notices-seen": ("看过通知", "notices read"),
    "email-set": ("改了邮箱", "e-mail address changed"),
    "signed-in": ("登录", "signed in"),
    "user-added": ("新增人员", "person added"),
    "user-closed": ("停用账户", "account closed"),
    "factor-begun": ("开始设置动态口令", "began to set up a second factor"),
    "factor-set": ("动态口令已启用", "second factor in use"),
    "factor-reset": ("动态口令被管理员撤销", "second factor taken away by an administrator"),
    "recovery-codes-made": ("换了一组备用码", "new recovery codes made"),
    "password-set": ("重设密码", "password set"),
    "granted": ("任职", "seat given"),
    "revoked": ("免职", "seat ended"),
    "unit-added": ("新增单位", "unit added"),
    "cancelled": ("准备被取消", "its preparation was cancelled"),
    "cancel-asked": ("取消任务", "work cancelled"),
    "contract-drafted": ("存了契约草稿", "contract draft saved"),
    "contract-draft-dropped": ("删去契约草稿", "contract draft thrown away"),
    "contract-proposed": ("提出契约", "contract proposed"),
    "contract-retracted": ("收回提出的契约", "proposed contract taken back"),
    "contract-refused": ("不批准契约", "proposed contract refused"),
    "contract-adopted": ("批准契约", "proposed contract adopted"),
    "contract-in-force": ("契约生效", "contract in force"),
    "contract-failed": ("批准的契约没有生效", "an adopted contract didn't come into force"),
    "schedule-paused": ("暂停定时", "schedule paused"),
    "schedule-resumed": ("恢复定时", "schedule resumed"),
    "units-loaded": ("载入单位表", "units loaded"),
    "reason-codes-loaded": ("载入理由码", "reason codes loaded"),
}

NOTICES: Mapping[str, Pair] = {
    Kind.NEW_WORK: ("有新的待办", "new work"),
    Kind.RETURNED: ("已退回", "returned"),
    Kind.BLOCKED: ("检查发现阻断问题", "blocked by a finding"),
    Kind.WITHHELD: ("决定不公开", "withheld"),
    Kind.OVERDUE: ("等候超期", "overdue"),
    Kind.PUBLISHED: ("已发布", "published"),
    Kind.INSPECTION_FAILED: ("读网检查不通过", "inspection failed"),
    Kind.HIDDEN: ("已下令撤下", "ordered off the catalogue"),
    Kind.TAKEN_OFF: (
        "已从目录撤下（公开期满，或发布端有人撤下），无须第二人",
        "came off the catalogue (its days are over, or somebody on the publishing side hid it); no second person is needed",
    ),
    Kind.FACTOR_SET: (
        "您的动态口令已启用；若不是您设置的，请立即告诉管理员",
        "a second factor was set up in your name; if it wasn't you, say so at once",
    ),
    Kind.FACTOR_RESET: (
        "您的动态口令已被管理员撤销；若不是您要求的，请立即告诉管理员",
        "an administrator took your second factor away; if you didn't ask for it, say so at once",
    ),
    Kind.CASE: ("有问题单要答复", "a case to answer"),
    Kind.CASE_ANSWERED: ("问题单已答复，等办结", "a case was answered, to be closed"),
    Kind.CASE_OVERDUE: ("问题单超期未答复", "a case is overdue"),
    Kind.CONTRACT_PROPOSED: ("有契约要批准", "a proposed contract to adopt or refuse"),
    Kind.CONTRACT_ADOPTED: ("您提出的契约已批准", "the contract that you proposed was adopted"),
    Kind.CONTRACT_REFUSED: ("您提出的契约没有批准", "the contract that you proposed was refused"),
    Kind.ADOPTED_CHANGED: ("接管的目录有变化，请核实", "an adopted catalogue changed: look at it"),
    Kind.ADOPTED_AWAY: (
        "接管的目录没有核对成，每晚会再试",
        "an adopted catalogue couldn't be looked at; each night tries again",
    ),
    Kind.CONTRACT_FAILED: ("契约已批准，但没有生效", "a contract was adopted and didn't come into force"),
    Kind.DELIVERY_FAILED: ("有通知没有送达", "a notice couldn't be delivered"),
}
CASE_KINDS: Mapping[str, Pair] = {
    CaseKind.INSPECTION: ("读网检查不通过", "inspection failed"),
    CaseKind.RULE_CHANGE: ("规则更新后复扫", "scanned again under later rules"),
    CaseKind.REPORT: ("公众反映", "reported by the public"),
    CaseKind.ADOPTED: ("接管的目录有变化", "an adopted catalogue changed"),
}
CASE_STATUSES: Mapping[str, Pair] = {
    CaseStatus.OPEN: ("待答复", "to be answered"),
    CaseStatus.ANSWERED: ("已答复，待办结", "answered, to be closed"),
    CaseStatus.CLOSED: ("已办结", "closed"),
}
CASE_TAGS: Mapping[str, str] = {CaseStatus.OPEN: "hold", CaseStatus.ANSWERED: "here", CaseStatus.CLOSED: "ok"}
CASE_WORDS: Mapping[str, Pair] = {
    CaseEvent.ANSWER: ("答复", "answered"), CaseEvent.CLOSE: ("办结", "closed"), CaseEvent.REOPEN: ("重开", "reopened"),
}  # fmt: skip
CHANNELS: Mapping[str, Pair] = {"mail": ("邮件", "mail"), "webhook": ("网络回调", "webhook")}

REFUSALS: Mapping[str, Pair] = {
    "mingjing-error": ("操作被拒绝。", "The act was refused."),
    "contract-invalid": ("契约有误，不能据此办理。", "The contract is faulty; nothing can rest on it."),
    "pack-invalid": ("规则包有误，请告知管理员。", "A rule pack is faulty; tell the administrator."),
    "home-invalid": ("平台没有装好，请告知管理员。", "The installation isn't complete; tell the administrator."),
    "usage-invalid": ("填写的内容不完整或不合要求，请改后再交。", "Something was left out or doesn't fit; correct it and send it again."),
    "runner-lost": ("做这件事的进程三次中断，不再重试。再次交办；还是这样，请告知管理员。", "The process that did it broke off three times and won't try again. Ask again; if it happens once more, tell the administrator."),
    "source-unavailable": ("来源文件没有取到。", "The source's file never arrived."),
    "source-unreadable": ("来源文件读不出来。", "The source's file can't be read."),
    "content-changed": (
        "您看的时候内容已经变了，这个决定没有记录。请看过新的内容再签字。",
        "The content changed while you looked at it, so nothing was recorded. Look at it again before you sign.",
    ),
    "artefact-missing": ("存放的文件不在了，请告知管理员。", "A stored file is gone; tell the administrator."),
    "storage-unavailable": ("存储暂时不可用，请稍后再试。", "The store doesn't answer; try again in a while."),
    "release-not-approved": ("还没有完整有效的批准。", "There is no complete approval yet."),
    "release-not-found": ("没有这件发布单，或者不归您看。", "There is no such release, or it isn't yours to see."),
    "transition-refused": (
        "这件发布单的状态已变（别人可能刚办过），这一步现在不能做。",
        "The release is no longer where this step is possible; somebody may just have acted on it.",
    ),
    "reviewer-is-submitter": ("提交人不能审查自己提交的发布单。", "Whoever submitted a release can't review it."),
    "reviewer-has-decided": ("您已在另一环节作过决定，一人只办一个环节。", "You decided at another stage; one person holds one stage."),
    "not-permitted": ("您没有办理这件事的职责。", "You hold no seat for this."),
    "signature-refused": (
        "密码（或动态口令）不对，或者错的次数太多。请核对；口令用过一次就作废，请等下一个；连错五次须等 15 分钟。",
        "Password (or code) is wrong, or failed too often. Check it; a code works once, wait for the next; after five failures wait 15 minutes.",
    ),
    "second-factor-missing": (
        "您的职责须用动态口令签字。请先在“我的任职”里设置。",
        "Your role signs with a code from a telephone. Set it up first, behind your name.",
    ),
    "disposition-missing": ("还有须处置的发现没有打开或没有处置。", "A finding hasn't been opened or disposed of yet."),
    "finding-blocks": ("有阻断问题，谁也不能放行，只能退回。", "A finding blocks; nobody may wave it through, return it."),
    "ledger-broken": ("台账校验不通过，一切签字暂停，请立即告知管理员。", "The ledger doesn't verify; all signing stops. Tell the administrator at once."),
    "package-invalid": ("携带包校验不通过，不要使用。", "The carried package doesn't verify; don't use it."),
    "evidence-invalid": ("证据包校验不通过。", "The evidence doesn't verify."),
    "catalogue-refused": ("目录拒绝了这次发布。", "The catalogue refused."),
    "catalogue-unreachable": ("目录暂时连不上，平台会再试。", "The catalogue doesn't answer; the platform tries again."),
    "publication-differs": ("目录里的字节与批准的不一致，已撤下。", "The catalogue's bytes weren't those approved; they were taken off."),
    "disclosure-forbidden": ("按契约不得进入公开目录。", "The contract keeps this out of a public catalogue."),
    "catalogue-edited": ("目录条目被人手改过，没有覆盖。", "The catalogue entry was edited by hand; nothing was overwritten."),
    "withdrawal-incomplete": ("撤回的内容仍能访问。", "What was withdrawn still answers."),
}  # fmt: skip

CODES: Mapping[str, Pair] = {
    **ADOPTED_CHANGES,
    "personal-data": ("个人信息", "Personal data"),
    "contract-personal-data": ("契约里写有个人信息", "Personal data in the contract itself"),
    "free-text": ("文字里像有人名或个人情况", "Free text that seems to tell of a person"),
    "residue": ("脱敏后仍有残留", "Something is left after redaction"),
    "formula-like": ("像公式的内容", "Text that a spreadsheet would run"),
    "coverage-incomplete": ("没有查完", "Not everything was looked at"),
    "rescan-failed": ("复扫没有做成", "It couldn't be scanned again"),
    "catalogue-missing": ("公众看不到", "The public can't see it"),
    "catalogue-copy-differs": ("公开副本（对象存储）与批准的不同", "A public copy in object storage isn't what was approved"),
    "catalogue-bytes-differ": ("公众下载到的文件不是批准的", "The public downloads other bytes than were approved"),
    "catalogue-edited": ("目录条目被人手改过", "The catalogue entry was edited by hand"),
    "catalogue-foreign-file": ("有不是平台发布的文件", "A file that the platform didn't publish"),
    "catalogue-table-differs": ("在线数据表行数不符", "The table for queries has another number of rows"),
    "canary-lost": ("扫描器漏掉了检验值", "The scanner missed what it was given to find"),
    "negative-list": ("命中负面清单", "On the negative list"),
    "secrecy-mark": ("密级标志", "Secrecy mark"),
    "working-secret": ("工作秘密标志", "Working-secret mark"),
    "process-information": ("过程性信息", "Information in progress"),
    "secrecy-expired": ("保密期限可能已满", "A secrecy term that may be over"),
    "secrecy-term-invalid": ("保密期限异常", "A secrecy term that can't be right"),
    "disclosure-mark-conflict": ("公开属性标识不一致", "Disclosure marks disagree"),
    "masked-identifier": ("部分遮盖的号码", "A partly masked number"),
    "deadline-missed": ("法定期限已过", "The legal deadline has passed"),
    "deadline-near": ("法定期限将到", "The legal deadline is near"),
    "deadline-undetermined": ("法定期限算不出来", "The legal deadline can't be computed"),
    "calendar-missing": ("缺节假日安排", "A holiday notice is missing"),
    "unknown-rule": ("契约引用了没有的规则", "The contract names a rule that doesn't exist"),
    "check-failed": ("检查没有做成", "A check couldn't be carried out"),
    "column-missing": ("缺列", "A column is missing"),
    "column-unexpected": ("多出的列", "A column too many"),
    "column-duplicate": ("列重复", "A column twice"),
    "table-missing": ("缺表", "A table is missing"),
    "table-empty": ("空表", "An empty table"),
    "sheet-unexpected": ("多出的工作表", "A sheet too many"),
    "header-missing": ("没有表头", "No header row"),
    "header-duplicate": ("列名重复", "Headers alike"),
    "duplicate-key": ("主键重复", "A key stands twice"),
    "keys-lost": ("上期的记录不见了", "Records of the last edition are gone"),
    "rows-lost": ("行数比上期少很多", "Far fewer rows than last time"),
    "no-row-left": ("没有可公开的行", "No row is left to publish"),
    "row-width": ("行的列数不对", "A row of the wrong width"),
    "row-rule-broken": ("行内关系不成立", "A rule within the row is broken"),
    "identity-broken": ("等式不平", "An identity doesn't hold"),
    "sum-broken": ("合计不平", "A sum doesn't add up"),
    "hierarchy-broken": ("分级汇总不平", "Sums of the hierarchy don't add up"),
    "cross-table-broken": ("表间关系不平", "Tables disagree"),
    "unit-mismatch": ("单位与契约不符", "The unit isn't the contract's"),
    "unit-slip": ("疑似单位写错（差一万倍等）", "Probably a unit slip (×10,000 or so)"),
    "value-missing": ("缺值", "A value is missing"),
    "value-not-typed": ("值的类型不对", "A value of the wrong type"),
    "value-not-unique": ("值重复", "A value isn't unique"),
    "value-not-in-list": ("值不在清单内", "A value isn't in the list"),
    "value-out-of-range": ("值超出范围", "A value is out of range"),
    "value-pattern": ("值的格式不对", "A value of the wrong form"),
    "value-length": ("值的长度不对", "A value of the wrong length"),
    "hidden-sheet": ("隐藏的工作表", "Hidden sheet"),
    "hidden-rows": ("隐藏的行", "Hidden rows"),
    "hidden-columns": ("隐藏的列", "Hidden columns"),
    "merged-cells": ("合并单元格", "Merged cells"),
    "formula-without-value": ("公式没有值", "A formula without a value"),
    "defined-name": ("定义名称", "Defined name"),
    "document-property": ("文档属性", "Document property"),
    "external-link": ("外部链接", "External link"),
    "macro": ("文件带有宏", "The file carries macros"),
    "part-unread": ("有一部分无法读取", "A part couldn't be read"),
    "encoding-invalid": ("文字编码有错", "The text encoding is broken"),
    "format-mismatch": ("格式与名称不符", "The format isn't what the name says"),
    "file-empty": ("空文件", "Empty file"),
    "file-truncated": ("文件不完整", "The file is cut off"),
    "file-encrypted": ("文件加密", "The file is encrypted"),
    "archive-bomb": ("压缩包异常", "An archive that would explode"),
    "limit-exceeded": ("超过契约的限量", "Past the contract's limits"),
    "text-too-long": ("一格、一行或一条记录过长，请报送单位拆开或删去", "A cell, line or record is too long: have it split or left out"),
    "nested-too-deep": ("括号套了太多层，请报送单位改报平铺的记录", "Brackets nested too deep: have plain records sent"),
    "source-unreadable": ("文件读不出来", "The file can't be read"),
}  # fmt: skip

REMEDIES: Mapping[str, Pair] = {
    "span-replaced": ("在将公开的文件里已换成标签。", "A label takes its place in what goes out."),
    "not-published": ("所在的部分不公开。", "It stands in a part that isn't published."),
    "kept-by-mandate": ("依法保留。", "Kept: the law orders it published."),
    "kept-official-contact": ("是办公联系方式，保留。", "Kept: an official contact."),
    "column-dropped": ("整列已删去。", "The column is dropped."),
    "column-masked": ("整列已遮盖。", "The column is masked."),
    "column-ends-kept": ("整列只留首尾。", "Only the ends of the column's values are kept."),
    "column-names-masked": ("整列姓名已遮盖。", "The column's names are masked."),
    "column-generalised": ("整列已概括。", "The column is generalised."),
    "column-bucketed": ("整列已分档。", "The column is put into buckets."),
    "column-numbered": ("整列已换成序号。", "The column became running numbers."),
    "column-pseudonymised": ("整列已换成假名。", "The column became keyed pseudonyms."),
}  # fmt: skip

OPERATORS: Mapping[str, Pair] = {
    "keep": ("照原样，查出的个人信息换成标签", "as it is, hits replaced by labels"),
    "drop": ("整列删去，不公开", "dropped, not published"),
    "mask": ("整列遮盖", "masked whole"),
    "keep_ends": ("只留首尾，中间遮盖", "ends kept, the middle masked"),
    "name": ("姓名遮盖", "names masked"),
    "generalise": ("概括成较粗的一级", "generalised to a coarser level"),
    "bucket": ("分档", "put into buckets"),
    "serial": ("换成序号", "running numbers"),
    "pseudonym": ("换成假名，不能还原", "keyed pseudonyms, can't be turned back"),
}

SOURCES: Mapping[str, Pair] = {
    "cell": ("单元格", "cell"), "header": ("表头", "header"), "comment": ("批注", "comment"), "property": ("文档属性", "document property"),
    "sheet_name": ("工作表名", "sheet name"), "file_name": ("文件名", "file name"), "defined_name": ("定义名称", "defined name"),
    "page_header": ("页眉页脚", "page header or footer"), "pivot_cache": ("透视缓存", "pivot cache"), "external_link": ("外部链接", "external link"),
    "member": ("压缩包成员", "archive member"), "nested": ("单元格内嵌内容", "content nested in a cell"),
    "contract": ("契约", "the contract"),
}  # fmt: skip


def pair(table: Mapping[str, Pair], key: object) -> Pair:
    """The pair under that key; a key without words of its own (a code that a new rule brought) stands for itself."""
    text = str(key or "")
    return table.get(text, (text, text.replace("-", " ").replace("_", " ")))
