// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/forms/chip_strip.h"
#include "ui/forms/form_context.h"

namespace ui::forms {

/// A piece of a form that stands for a path.
class Part : public QWidget {
    Q_OBJECT

public:
    Part(FormContext& context, core::base::Field field, QString path, QWidget* parent);

    const core::base::Field& field() const { return m_field; }
    const QString& path() const { return m_path; }
    /// Shows what the document says now.
    virtual void refresh() = 0;

protected:
    FormContext& m_context;
    core::base::Field m_field;
    QString m_path;
};

/// Makes the part for a field: the one place where a domain becomes a widget (schema_form.cpp).
Part* makePart(FormContext& context, const core::base::Field& field, const QString& path, QWidget* parent);

/// A line with a value.
class RowPart final : public Part {
    Q_OBJECT

public:
    RowPart(FormContext& context, core::base::Field field, QString path, Editor* editor, QWidget* parent);
    void refresh() override;
    FieldRow* row() const { return m_row; }

private:
    FieldRow* m_row;
};

/// All fields of one or several schemas under a path, lines first, then what has lines of its own.
class FieldsPart final : public Part {
    Q_OBJECT

public:
    FieldsPart(FormContext& context, const std::vector<const core::base::Schema*>& schemas, QString path,
               QWidget* parent);
    void refresh() override;
    bool empty() const { return m_parts.empty(); }

private:
    std::vector<Part*> m_parts;
};

/// A title over a hairline; with a toggle where what follows can be off.
class SectionTitle final : public QWidget {
    Q_OBJECT

public:
    SectionTitle(const QString& title, bool toggled, QWidget* parent);
    Switch* toggle() const { return m_toggle; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Switch* m_toggle = nullptr;
};

/// A group; one that may be null has a toggle.
class GroupPart final : public Part {
    Q_OBJECT

public:
    GroupPart(FormContext& context, core::base::Field field, QString path, QWidget* parent);
    void refresh() override;

private:
    SectionTitle* m_title;
    FieldsPart* m_fields;
};

/// A kind and its parameters.
class OneOfPart final : public Part {
    Q_OBJECT

public:
    OneOfPart(FormContext& context, core::base::Field field, QString path, QWidget* parent);
    void refresh() override;

private:
    FieldRow* m_row;
    FieldsPart* m_fields = nullptr;
    std::string m_kind;
};

/// A list of kinds in an order, and the parameters of the one that is chosen.
class ChipsPart final : public Part {
    Q_OBJECT

public:
    ChipsPart(FormContext& context, core::base::Field field, QString path, QWidget* parent);
    void refresh() override;
    ChipStrip* chips() const { return m_chips; }
    void choose(int index);
    /// The same without the keyboard.
    void show(int index);

private:
    const core::base::OneOf& domain() const;
    core::base::Array items() const;
    void put(core::base::Array items);
    void showChosen();

    ChipStrip* m_chips;
    style::Label* m_problem;
    FieldsPart* m_fields = nullptr;
    QWidget* m_tool = nullptr; ///< under them
    QString m_shown;           ///< path and kind of what `m_fields` shows
};

/// Kinds of a family as choices; with the word for null first where the field may be null.
std::vector<ChoiceEditor::Option> kindsOf(const FormContext& context, const core::base::Field& field,
                                          const std::string& family);

}
