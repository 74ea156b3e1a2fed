// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/groups_part.h"

#include "core/spec/check.h"
#include "core/spec/collection_help.h"
#include "ui/forms/text_forms.h"

#include <QVBoxLayout>

#include <algorithm>

namespace ui::forms {

using namespace core::base;

namespace {

const List* listOf(const Field& field)
{
    const auto* list = std::get_if<std::shared_ptr<const List>>(&field.domain);
    return list ? list->get() : nullptr;
}

}

bool GroupsPart::fits(const Field& field)
{
    const List* list = listOf(field);
    const auto* group = list ? std::get_if<Group>(&list->items) : nullptr;
    return group && !group->schema->fields.empty() && std::holds_alternative<Choice>(group->schema->fields[0].domain);
}

GroupsPart::GroupsPart(FormContext& context, Field field, QString path, QWidget* parent)
    : Part(context, std::move(field), std::move(path), parent),
      m_chips(new ChipStrip(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* title = new SectionTitle(humanized(m_field.key), false, this);
    title->setToolTip(teachingTip(m_field, m_path));
    column->addWidget(title);
    column->addSpacing(8);
    column->addWidget(m_chips);
    column->addSpacing(8);
    m_chips->setObjectName(m_path);
    m_chips->setAccessibleName(humanized(m_field.key));
    std::vector<ChipStrip::Kind> kinds;
    for (const std::string& option : std::get<Choice>(first().domain).options) {
        const std::string_view help = core::spec::collectionHelp(option);
        const QString name = QString::fromStdString(option);
        kinds.push_back({name, name, QString::fromUtf8(help.data(), qsizetype(help.size()))});
    }
    m_chips->setKinds(std::move(kinds));
    connect(m_chips, &ChipStrip::added, this, [this](const QString& kind) {
        Array list = items();
        list.push_back(Object{{first().key, kind.toStdString()}});
        put(std::move(list));
        m_chips->setCurrent(int(items().size()) - 1);
        m_chips->setFocus();
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
    connect(m_chips, &ChipStrip::currentChanged, this, &GroupsPart::showChosen);
}

const Schema& GroupsPart::schema() const
{
    return *std::get<Group>(listOf(m_field)->items).schema;
}

Array GroupsPart::items() const
{
    const Value& value = m_context.value(m_path);
    return value.isArray() ? value.array() : value.isNull() ? Array{} : Array{value};
}

// Its choice, else the text that stands for it (a regex).
QString GroupsPart::titleOf(const Value& item) const
{
    if (const std::string& chosen = item[first().key].text(); !chosen.empty())
        return QString::fromStdString(chosen);
    for (const Field& field : schema().fields)
        if (std::holds_alternative<Text>(field.domain) && !item[field.key].text().empty())
            return QString::fromStdString(item[field.key].text());
    return tr("none");
}

void GroupsPart::refresh()
{
    std::vector<ChipStrip::Chip> chips;
    int place = 0;
    for (const Value& item : items()) {
        const QString path = m_path + QLatin1Char('.') + QString::number(place++);
        const std::string where = core::spec::jsonPath(path.toStdString());
        const auto& problems = m_context.document().problems();
        const bool wrong = std::ranges::any_of(
            problems, [&](const Error& p) { return p.where == where || p.where.starts_with(where + "/"); });
        chips.push_back({titleOf(item), wrong});
    }
    m_chips->setChips(std::move(chips));
    showChosen();
}

void GroupsPart::showChosen()
{
    const int index = m_chips->current();
    const bool some = index >= 0 && index < int(items().size());
    const QString path = some ? m_path + QLatin1Char('.') + QString::number(index) : QString();
    if (path != m_shown) {
        m_shown = path;
        // The old part may be the sender of the signal that brought us here.
        if (m_fields) {
            m_fields->hide();
            m_fields->deleteLater();
        }
        m_fields = some ? new FieldsPart(m_context, {&schema()}, path, this) : nullptr;
        if (m_fields) {
            layout()->addWidget(m_fields);
            m_fields->show();
        }
    }
    if (m_fields)
        m_fields->refresh();
}

}
