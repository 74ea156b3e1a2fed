// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/parts.h"

#include "ui/forms/text_forms.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::forms {

using namespace core::base;
using style::Label;
using style::theme;
using style::Tone;

namespace {

QVBoxLayout* columnOf(QWidget* part)
{
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    return column;
}

bool hasParts(const Field& field)
{
    if (const auto* list = std::get_if<std::shared_ptr<const List>>(&field.domain))
        return std::holds_alternative<OneOf>((*list)->items) || std::holds_alternative<Group>((*list)->items);
    return std::holds_alternative<Group>(field.domain) || std::holds_alternative<OneOf>(field.domain);
}

// The parameters of a kind, and those that every kind of the field has.
std::vector<const Schema*> schemasOf(const Catalog& catalog, const OneOf& domain, const std::string& kind)
{
    std::vector<const Schema*> schemas;
    const Family* family = catalog.find(domain.family);
    if (const Entry* entry = family ? family->find(kind) : nullptr) {
        schemas.push_back(&entry->schema);
        if (domain.common)
            schemas.push_back(domain.common.get());
    }
    return schemas;
}

// Replaces what is shown under a kind. The old part may be the sender of the signal that brought us here.
void replace(FieldsPart*& shown, FieldsPart* next, Part* owner)
{
    if (shown) {
        shown->hide();
        shown->deleteLater();
    }
    shown = next;
    if (next) {
        owner->layout()->addWidget(next);
        next->show();
    }
}

}

Part::Part(FormContext& context, Field field, QString path, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_field(std::move(field)),
      m_path(std::move(path))
{
}

std::vector<ChoiceEditor::Option> kindsOf(const FormContext& context, const Field& field, const std::string& familyName)
{
    std::vector<ChoiceEditor::Option> options;
    if (field.nullable)
        options.push_back({Value(), nullWord(field)});
    if (const Family* family = context.catalog().find(familyName))
        for (const Entry& entry : family->entries)
            options.push_back({entry.kind, QString::fromStdString(entry.title.empty() ? entry.kind : entry.title),
                               QString::fromStdString(entry.help)});
    return options;
}

// --- A line

RowPart::RowPart(FormContext& context, Field field, QString path, Editor* editor, QWidget* parent)
    : Part(context, std::move(field), std::move(path), parent),
      m_row(new FieldRow(m_field, m_path, QString::fromStdString(m_field.key), editor, this))
{
    columnOf(this)->addWidget(m_row);
    connect(m_row, &FieldRow::committed, this,
            [this](const Value& value) { m_context.commit(m_field, m_path, value); });
    connect(m_row, &FieldRow::resetAsked, this, [this] { m_context.reset(m_field, m_path); });
    connect(m_row, &FieldRow::focusEntered, this, [this] { Q_EMIT m_context.fieldFocused(m_field, m_path); });
}

void RowPart::refresh()
{
    m_row->display(m_context.state(m_field, m_path));
}

// --- Fields

FieldsPart::FieldsPart(FormContext& context, const std::vector<const Schema*>& schemas, QString path, QWidget* parent)
    : Part(context, {}, std::move(path), parent)
{
    auto* column = columnOf(this);
    for (const bool parts : {false, true})
        for (const Schema* schema : schemas)
            for (const Field& field : schema->fields)
                if (hasParts(field) == parts) {
                    m_parts.push_back(makePart(context, field, below(m_path, field.key), this));
                    column->addWidget(m_parts.back());
                }
}

void FieldsPart::refresh()
{
    for (Part* part : m_parts) {
        const bool visible = m_context.visible(part->field(), m_path);
        part->setVisible(visible);
        if (visible)
            part->refresh();
    }
}

// --- Titles and groups

SectionTitle::SectionTitle(const QString& title, bool toggled, QWidget* parent) : QWidget(parent)
{
    setFixedHeight(FieldRow::rowHeight);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 20, 0, 0);
    line->setAlignment(Qt::AlignTop);
    line->setSpacing(8);
    line->addWidget(new Label(title, Tone::Strong, this));
    line->addStretch();
    if (!toggled)
        return;
    m_toggle = new Switch(this);
    m_toggle->setAccessibleName(title);
    line->addWidget(m_toggle);
}

void SectionTitle::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(0, 8, width(), 1, theme().line);
}

GroupPart::GroupPart(FormContext& context, Field field, QString path, QWidget* parent)
    : Part(context, std::move(field), std::move(path), parent),
      m_title(new SectionTitle(humanized(m_field.key), m_field.nullable, this)),
      m_fields(new FieldsPart(context, {std::get<Group>(m_field.domain).schema.get()}, m_path, this))
{
    auto* column = columnOf(this);
    column->addWidget(m_title);
    column->addWidget(m_fields);
    m_title->setToolTip(teachingTip(m_field, m_path));
    m_title->setObjectName(m_path);
    if (Switch* toggle = m_title->toggle())
        connect(toggle, &QCheckBox::clicked, this,
                [this](bool on) { m_context.commit(m_field, m_path, on ? Value(Object{}) : Value()); });
}

void GroupPart::refresh()
{
    const bool on = !m_field.nullable || !m_context.value(m_path).isNull();
    if (Switch* toggle = m_title->toggle())
        toggle->setChecked(on);
    m_title->setFixedHeight(FieldRow::rowHeight + (on ? 0 : 8));
    m_fields->setVisible(on);
    if (on)
        m_fields->refresh();
}

// --- A kind and its parameters

OneOfPart::OneOfPart(FormContext& context, Field field, QString path, QWidget* parent)
    : Part(context, std::move(field), std::move(path), parent)
{
    const auto& domain = std::get<OneOf>(m_field.domain);
    auto* editor = new ChoiceEditor(tr("%1: kind").arg(QString::fromStdString(m_field.key)),
                                    kindsOf(context, m_field, domain.family));
    m_row = new FieldRow(m_field, below(m_path, "kind"), tr("kind"), editor, this);
    auto* column = columnOf(this);
    column->addWidget(new SectionTitle(humanized(m_field.key), false, this));
    column->addWidget(m_row);
    connect(m_row, &FieldRow::committed, this,
            [this](const Value& kind) { m_context.commitKind(m_field, m_path, kind); });
    connect(m_row, &FieldRow::resetAsked, this, [this] { m_context.reset(m_field, m_path); });
    connect(m_row, &FieldRow::focusEntered, this, [this] { Q_EMIT m_context.fieldFocused(m_field, m_path); });
}

void OneOfPart::refresh()
{
    m_row->display(m_context.kindState(m_field, m_path));
    if (const std::string kind = m_context.kind(m_path); kind != m_kind || (!m_fields && !kind.empty())) {
        m_kind = kind;
        const auto schemas = schemasOf(m_context.catalog(), std::get<OneOf>(m_field.domain), kind);
        replace(m_fields, new FieldsPart(m_context, schemas, m_path, this), this);
    }
    if (m_fields)
        m_fields->refresh();
}

// --- A list of kinds

ChipsPart::ChipsPart(FormContext& context, Field field, QString path, QWidget* parent)
    : Part(context, std::move(field), std::move(path), parent),
      m_chips(new ChipStrip(this)),
      m_problem(new Label({}, Tone::Problem, this))
{
    auto* column = columnOf(this);
    column->addWidget(new SectionTitle(humanized(m_field.key), false, this));
    column->addSpacing(8);
    column->addWidget(m_chips);
    column->addSpacing(8);
    column->addWidget(m_problem);
    m_problem->setWordWrap(true);
    m_chips->setObjectName(m_path);
    m_chips->setAccessibleName(humanized(m_field.key));
    m_chips->setToolTip(teachingTip(m_field, m_path));
    std::vector<ChipStrip::Kind> kinds;
    for (const auto& option : kindsOf(context, {}, domain().family))
        kinds.push_back({QString::fromStdString(option.value.text()), option.title, option.help});
    m_chips->setKinds(std::move(kinds));
    connect(m_chips, &ChipStrip::added, this, [this](const QString& kind) {
        Array list = items();
        list.push_back(Object{{domain().key, kind.toStdString()}});
        put(std::move(list));
        choose(int(items().size()) - 1);
    });
    connect(m_chips, &ChipStrip::removed, this, [this](int index) {
        Array list = items();
        list.erase(list.begin() + index);
        put(std::move(list));
    });
    connect(m_chips, &ChipStrip::moved, this, [this](int from, int to) {
        Array list = items();
        Value moved = std::move(list[std::size_t(from)]);
        list.erase(list.begin() + from);
        list.insert(list.begin() + to, std::move(moved));
        put(std::move(list));
    });
    connect(m_chips, &ChipStrip::currentChanged, this, &ChipsPart::showChosen);
}

const OneOf& ChipsPart::domain() const
{
    return std::get<OneOf>(std::get<std::shared_ptr<const List>>(m_field.domain)->items);
}

Array ChipsPart::items() const
{
    const Value& value = m_context.value(m_path);
    return value.isArray() ? value.array() : value.isNull() ? Array{} : Array{value};
}

void ChipsPart::put(Array items)
{
    m_context.commit(m_field, m_path, std::move(items));
}

void ChipsPart::choose(int index)
{
    show(index);
    m_chips->setFocus();
}

void ChipsPart::show(int index)
{
    m_chips->setCurrent(index);
}

void ChipsPart::refresh()
{
    const Family* family = m_context.catalog().find(domain().family);
    std::vector<ChipStrip::Chip> chips;
    int place = 0;
    for (const Value& item : items()) {
        const std::string kind = item.isObject() ? item[domain().key].text() : item.text();
        const Entry* entry = family ? family->find(kind) : nullptr;
        const std::string where = core::spec::jsonPath(below(m_path, std::to_string(place++)).toStdString());
        const auto& problems = m_context.document().problems();
        const bool wrong = std::any_of(problems.begin(), problems.end(), [&](const Error& p) {
            return p.where == where || p.where.starts_with(where + "/");
        });
        chips.push_back(
            {QString::fromStdString(entry && !entry->title.empty() ? entry->title : kind), wrong || !entry});
    }
    m_chips->setChips(std::move(chips));
    const Error* problem = m_context.document().problemAt(m_path);
    m_problem->setText(problem ? QStringLiteral("▲ ") + QString::fromStdString(problem->message) : QString());
    m_problem->setVisible(problem);
    showChosen();
}

void ChipsPart::showChosen()
{
    const Array list = items();
    const int index = m_chips->current();
    const bool some = index >= 0 && index < int(list.size());
    const std::string kind = some ? (list[std::size_t(index)].isObject() ? list[std::size_t(index)][domain().key].text()
                                                                         : list[std::size_t(index)].text())
                                  : "";
    const QString path = some ? below(m_path, std::to_string(index)) : QString();
    const QString shown = path + QLatin1Char(' ') + QString::fromStdString(kind);
    if (shown != m_shown) {
        m_shown = shown;
        replace(m_fields,
                some ? new FieldsPart(m_context, schemasOf(m_context.catalog(), domain(), kind), path, this) : nullptr,
                this);
        if (m_tool)
            m_tool->deleteLater();
        m_tool = some ? m_context.itemTool(domain().family, path) : nullptr;
        if (m_tool)
            layout()->addWidget(m_tool);
    }
    if (m_fields) {
        m_fields->setVisible(true);
        m_fields->refresh();
    }
}

}
