// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/schema_form.h"

#include "core/session/inspect.h"
#include "ui/forms/groups_part.h"
#include "ui/forms/line_editor.h"
#include "ui/forms/text_forms.h"
#include "ui/style/label.h"

#include <QVBoxLayout>

namespace ui::forms {

using namespace core::base;

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

// Options, then the family's kinds, as text; null first where it is allowed.
std::vector<ChoiceEditor::Option> optionsOf(const FormContext& context, const Field& field, const Choice& choice)
{
    std::vector<ChoiceEditor::Option> options;
    if (field.nullable)
        options.push_back({Value(), nullWord(field)});
    for (const std::string& word : field.words)
        options.push_back({word, QString::fromStdString(word)});
    for (const std::string& option : choice.options)
        options.push_back({option, QString::fromStdString(option)});
    Field kinds;
    for (auto& option : kindsOf(context, kinds, choice.family))
        options.push_back(std::move(option));
    return options;
}

}

Part* makePart(FormContext& context, const Field& field, const QString& path, QWidget* parent)
{
    const QString name = QString::fromStdString(field.key);
    const auto row = [&](Editor* editor) -> Part* { return new RowPart(context, field, path, editor, parent); };
    const auto line = [&] { return row(new LineEditor(field)); };
    return std::visit(Overloaded{
                          [&](const Flag&) { return row(new FlagEditor(name)); },
                          [&](const Int&) { return line(); },
                          [&](const Real&) { return line(); },
                          [&](const Choice& d) { return row(new ChoiceEditor(name, optionsOf(context, field, d))); },
                          [&](const Text&) { return line(); },
                          [&](const Path&) { return line(); },
                          [&](const OneOf&) -> Part* { return new OneOfPart(context, field, path, parent); },
                          [&](const Group&) -> Part* { return new GroupPart(context, field, path, parent); },
                          [&](const Tree&) { return line(); },
                          [&](const std::shared_ptr<const List>& d) -> Part* {
                              if (GroupsPart::fits(field))
                                  return new GroupsPart(context, field, path, parent);
                              return std::holds_alternative<OneOf>(d->items)
                                         ? new ChipsPart(context, field, path, parent)
                                         : line();
                          },
                      },
                      field.domain);
}

SchemaForm::SchemaForm(bridge::ExperimentDocument& document, QWidget* parent)
    : SchemaForm(document, core::spec::experimentFields().schema(), core::session::catalog(), parent)
{
}

SchemaForm::SchemaForm(bridge::ExperimentDocument& document, const Schema& schema, const Catalog& catalog,
                       QWidget* parent)
    : QWidget(parent),
      m_context(document, schema, catalog),
      m_column(new QVBoxLayout(this)),
      m_problems(new style::Label({}, style::Tone::Problem, this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_problems->setWordWrap(true);
    m_problems->setContentsMargins(0, 8, 0, 8);
    m_column->addWidget(m_problems);
    m_problems->hide();
    connect(&document, &bridge::ExperimentDocument::changed, this, &SchemaForm::refresh);
    connect(&m_context, &FormContext::liveEdited, this, &SchemaForm::liveEdited);
    connect(&m_context, &FormContext::fieldFocused, this, &SchemaForm::fieldFocused);
}

void SchemaForm::setPaths(const QStringList& paths)
{
    if (paths == m_paths)
        return;
    m_paths = paths;
    rebuild();
}

void SchemaForm::rebuild()
{
    for (auto& [path, footer] : m_footers)
        footer->setParent(this);
    if (m_body) {
        m_body->hide();
        m_body->deleteLater();
    }
    m_parts.clear();
    m_body = new QWidget(this);
    auto* column = new QVBoxLayout(m_body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    for (const QString& path : m_paths) {
        const Field* field = core::spec::fieldAt(m_context.schema(), m_context.document().resolved(),
                                                 path.toStdString(), m_context.catalog());
        if (!field)
            continue;
        const bool sectionBefore = !m_parts.empty() && !qobject_cast<RowPart*>(m_parts.back());
        m_parts.push_back(makePart(m_context, *field, path, m_body));
        // A line after a section would read as one of its own.
        if (sectionBefore && qobject_cast<RowPart*>(m_parts.back()))
            column->addWidget(
                new SectionTitle(humanized(path.section(QLatin1Char('.'), -2, -2).toStdString()), false, m_body));
        column->addWidget(m_parts.back());
        if (const auto footer = m_footers.find(path); footer != m_footers.end()) {
            column->addWidget(footer->second);
            footer->second->show();
        }
    }
    // The first title stands above the form already, unless it carries the toggle.
    if (!m_parts.empty())
        if (auto* title = m_parts.front()->findChild<SectionTitle*>({}, Qt::FindDirectChildrenOnly);
            title && !title->toggle())
            title->hide();
    for (auto& [path, footer] : m_footers)
        if (!m_paths.contains(path))
            footer->hide();
    m_column->addWidget(m_body);
    refresh();
}

void SchemaForm::setItemTool(const std::string& family, FormContext::ItemTool tool)
{
    m_context.setItemTool(family, std::move(tool));
}

void SchemaForm::setFooter(const QString& path, QWidget* footer)
{
    footer->setParent(this);
    footer->hide();
    m_footers[path] = footer;
    if (m_paths.contains(path))
        rebuild();
}

void SchemaForm::setRun(RunNotes run)
{
    m_context.setRun(std::move(run));
    refresh();
}

void SchemaForm::refresh()
{
    for (Part* part : m_parts) {
        part->setVisible(m_context.visible(part->field(), part->path().section(QLatin1Char('.'), 0, -2)));
        if (!part->isHidden())
            part->refresh();
    }
    const QString problems = looseProblems();
    m_problems->setText(problems);
    m_problems->setVisible(!problems.isEmpty());
}

FieldRow* SchemaForm::row(const QString& path) const
{
    // A part on its way out may still have a line of the same path.
    for (FieldRow* row : findChildren<FieldRow*>(path))
        if (row->isVisibleTo(this))
            return row;
    return nullptr;
}

bool SchemaForm::focusField(const QString& path)
{
    FieldRow* found = row(path);
    if (found)
        found->editor()->setFocus(Qt::OtherFocusReason);
    return found;
}

void SchemaForm::showItem(const QString& path)
{
    for (ChipsPart* part : findChildren<ChipsPart*>())
        if (path.startsWith(part->path() + QLatin1Char('.')))
            part->show(path.mid(part->path().size() + 1).section(QLatin1Char('.'), 0, 0).toInt());
}

bool SchemaForm::hasLive() const
{
    const auto rows = findChildren<FieldRow*>();
    return std::any_of(rows.begin(), rows.end(),
                       [this](const FieldRow* row) { return row->field().live && row->isVisibleTo(this); });
}

bool SchemaForm::claimed(const std::string& where) const
{
    QString path = QString::fromStdString(where).mid(1).replace(QLatin1Char('/'), QLatin1Char('.'));
    if (row(path) || row(path + QStringLiteral(".kind")))
        return true;
    const auto chips = findChildren<ChipsPart*>();
    return std::any_of(chips.begin(), chips.end(), [&](const ChipsPart* part) {
        return path == part->path() || path.startsWith(part->path() + QLatin1Char('.'));
    });
}

QString SchemaForm::looseProblems() const
{
    QStringList loose;
    for (const Error& problem : const_cast<FormContext&>(m_context).document().problems()) {
        const QString where = QString::fromStdString(problem.where);
        const bool ours = std::any_of(m_paths.begin(), m_paths.end(), [&](const QString& path) {
            const QString root = QString::fromStdString(core::spec::jsonPath(path.toStdString()));
            return where == root || where.startsWith(root + QLatin1Char('/'));
        });
        if (ours && !claimed(problem.where))
            loose << QStringLiteral("▲ %1: %2. %3")
                         .arg(where, QString::fromStdString(problem.message), QString::fromStdString(problem.advice));
    }
    return loose.join(QLatin1Char('\n'));
}

}
