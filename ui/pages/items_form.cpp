// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/items_form.h"

#include "ui/forms/schema_form.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Array;
using core::base::Object;
using core::base::Value;

ItemsForm::ItemsForm(Words words, const core::base::Schema& schema, const core::base::Catalog& catalog,
                     bridge::ExperimentDocument::Resolver resolver, const char* name, QWidget* parent)
    : QWidget(parent),
      m_words(std::move(words)),
      m_document(std::move(resolver)),
      m_form(new forms::SchemaForm(m_document, schema, catalog)),
      m_choice(new QComboBox),
      m_add(new QPushButton(m_words.add)),
      m_remove(new QPushButton(tr("Remove")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_choice);
    column->addWidget(m_form);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* each : {m_add, m_remove}) {
        each->setProperty("flat", true);
        row->addWidget(each);
    }
    row->addStretch(1);
    column->addLayout(row);
    QStringList paths;
    for (const core::base::Field& field : schema.fields)
        paths << QString::fromStdString(field.key);
    m_form->setPaths(paths);
    const QString prefix = QString::fromLatin1(name);
    m_choice->setObjectName(prefix);
    m_add->setObjectName(prefix + QStringLiteral("Add"));
    m_remove->setObjectName(prefix + QStringLiteral("Remove"));
    m_choice->setAccessibleName(m_words.one);
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(&m_document, &bridge::ExperimentDocument::changed, this, &ItemsForm::take);
    connect(m_choice, &QComboBox::activated, this, &ItemsForm::show);
    connect(m_add, &QPushButton::clicked, this, &ItemsForm::addItem);
    connect(m_remove, &QPushButton::clicked, this, &ItemsForm::removeItem);
    fill(0);
}

void ItemsForm::setItems(Array items)
{
    if (m_shown >= 0 && items == m_items)
        return;
    m_items = std::move(items);
    fill(std::max(0, m_shown));
}

void ItemsForm::fill(int shown)
{
    const bool loading = std::exchange(m_loading, true);
    m_choice->clear();
    for (const Value& each : m_items) {
        const QString title = QString::fromStdString(each[m_words.title].text());
        m_choice->addItem(title.isEmpty() ? tr("not chosen") : title);
    }
    m_loading = loading;
    show(std::min(shown, int(m_items.size()) - 1));
}

void ItemsForm::show(int index)
{
    const bool loading = std::exchange(m_loading, true);
    const bool some = index >= 0 && index < int(m_items.size());
    m_shown = some ? index : -1;
    m_choice->setCurrentIndex(m_shown);
    const Value item = some ? m_items[std::size_t(index)] : Value(Object{});
    if (m_document.given() != item)
        m_document.open(item);
    m_form->setVisible(some);
    m_choice->setVisible(some && (!m_words.single || m_items.size() > 1));
    m_remove->setVisible(some && (!m_words.single || m_items.size() > 1));
    m_loading = loading;
    Q_EMIT shownChanged();
}

void ItemsForm::take()
{
    if (m_loading || m_shown < 0 || m_items[std::size_t(m_shown)] == m_document.given())
        return;
    m_items[std::size_t(m_shown)] = m_document.given();
    const QString title = QString::fromStdString(m_document.given()[m_words.title].text());
    m_choice->setItemText(m_shown, title.isEmpty() ? tr("not chosen") : title);
    Q_EMIT changed();
}

void ItemsForm::addItem()
{
    m_items.push_back(Object{{m_words.title, ""}});
    fill(int(m_items.size()) - 1);
    Q_EMIT changed();
    m_form->focusField(QString::fromStdString(m_words.title));
}

void ItemsForm::removeItem()
{
    if (m_shown < 0)
        return;
    m_items.erase(m_items.begin() + m_shown);
    fill(std::max(0, m_shown - 1));
    Q_EMIT changed();
}

}
